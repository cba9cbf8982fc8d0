/** Page side: what an SFU can do to the frames that it forwards, and to the packets behind them. */

import { clear, join, packet, random, seeks, split, stranger, whole } from './packets.mjs';

/**
 * @typedef {import('./sfu.mjs').Way} Way
 * @typedef {import('./sfu.mjs').Manner} Manner
 */

const RECORDED = 40;

/** @param {Way} way */
const nameOf = ({ from, to, kind }) => `${kind} of ${from} for ${to}`;

/** @param {number} most */
const below = (most) => Math.floor(Math.random() * most);

/** What is kept of each way. @template T @param {() => T} fresh */
function kept(fresh) {
  /** @type {Map<string, T>} */
  const all = new Map();
  return (/** @type {string} */ name) => {
    const one = all.get(name) ?? fresh();
    all.set(name, one);
    return one;
  };
}

/** What somebody sent comes again in place of what is new, with its packets; new ones come too. @param {string} from @returns {Manner} */
export function replayed(from) {
  const frames = kept(() => /** @type {Uint8Array[]} */ ([]));
  return {
    lie(data, way) {
      if (way.from !== from) return data;
      const recorded = frames(nameOf(way));
      if (recorded.push(data.slice()) <= RECORDED) return data;
      recorded.pop();
      const again = recorded[below(RECORDED)];
      const { packet: fresh } = split(data);
      return fresh ? join(split(again).body, fresh) : again;
    },
  };
}

/** Media go on alone. @returns {Manner} */
export const withoutPackets = () => ({ lie: (data) => split(data).body });

/** Packets go on alone. @returns {Manner} */
export const withoutMedia = () => ({
  lie(data, { kind }) {
    const { packet: carried } = split(data);
    return carried && join(clear(data, kind), carried);
  },
});

/** Packets come this much later, in milliseconds. @param {number} from @param {number} to @returns {Manner} */
export function late(from, to) {
  const waiting = kept(() => /** @type {{carried: Uint8Array, at: number}[]} */ ([]));
  return {
    lie(data, way) {
      const [queue, now] = [waiting(nameOf(way)), performance.now()];
      const { body, packet: carried } = split(data);
      if (carried) queue.push({ carried: carried.slice(), at: now + from + Math.random() * (to - from) });
      const place = queue.findIndex(({ at }) => at <= now);
      const [due] = place < 0 ? [] : queue.splice(place, 1);
      return due ? join(body, due.carried) : body;
    },
  };
}

/** What two send comes to others in each other's place, pictures and sound. @param {string[]} pair @returns {Manner} */
export function swapped(pair) {
  const waiting = kept(() => /** @type {Uint8Array[]} */ ([]));
  return {
    lie(data, way) {
      if (!pair.includes(way.from) || pair.includes(way.to)) return data;
      const other = pair.find((one) => one !== way.from) ?? '';
      waiting(nameOf(way)).push(data.slice());
      // Its place and time are its own, as an SFU would write them anew.
      return waiting(nameOf({ ...way, from: other })).shift() ?? null;
    },
  };
}

/** People of two sides get nothing of each other. @param {string[]} side @returns {Manner} */
export const parted = (side) => ({
  lie: (data, { from, to }) => (side.includes(from) === side.includes(to) ? data : null),
});

/** Somebody's packets come with frames of others, so that no page knows of it. @param {string} from @returns {Manner} */
export function haunted(from) {
  const waiting = kept(() => /** @type {Uint8Array[]} */ ([]));
  /** @type {string[]} */
  const others = [];
  return {
    heard(data, who) {
      const { packet: carried } = split(data);
      if (carried && who === from) for (const other of others) waiting(other).push(carried.slice());
    },
    lie(data, { to }) {
      if (to === from) return data;
      if (!others.includes(to)) others.push(to);
      const due = split(data).packet ? undefined : waiting(to).shift();
      return due ? join(data, due) : data;
    },
  };
}

/** Of each packet in so many a bit is another. @param {number} many @returns {Manner} */
export const flipped = (many) => ({
  lie(data) {
    const { body, packet: carried } = split(data);
    if (!carried || below(many) > 0) return data;
    const changed = carried.slice();
    changed[below(changed.length)] ^= 1 << below(8);
    return join(body, changed);
  },
});

/** Each frame brings a packet that nobody sent, if it has none. @param {(way: Way) => Uint8Array | undefined} make @returns {Manner} */
const stuffed = (make) => ({
  lie(data, way) {
    const forged = split(data).packet ? undefined : make(way);
    return forged ? join(data, forged) : data;
  },
});

/** Packets of every type, and fragments of messages that are said to be as long as can be said. */
export async function forged() {
  const messages = await Promise.all(Array.from({ length: 64 }, (_, type) => whole(Uint8Array.of(type % 8, ...random(200)))));
  const fragments = [1, 2, 128, 129, 256, 65_535].flatMap((count) =>
    [0, 1, 127, 255, 256, 65_535].map((index) => ({ count, index })));
  return stuffed(() => {
    const id = random(8);
    const version = below(10) ? 2 : 9;
    const part = { id, version, ...fragments[below(fragments.length)], fragment: random(below(703)) };
    return Math.random() < 0.3 ? messages[below(messages.length)] : packet(part);
  });
}

/** So many strangers, who are all in one group and so in a stronger one than any, say so again and again. @param {number} count @param {number} rounds */
export async function crowded(count, rounds) {
  const group = random(16);
  const strangers = await Promise.all(Array.from({ length: count }, () => stranger(group)));
  /** @type {Uint8Array[]} */
  const beacons = [];
  for (let round = 1; round <= rounds; round += 1) beacons.push(...(await Promise.all(strangers.map((says) => says(round)))));
  const left = kept(() => beacons.values());
  /** How many beacons of theirs everybody was given. @type {Record<string, number>} */
  const given = {};
  const manner = stuffed(({ to }) => {
    const beacon = left(to).next().value;
    if (beacon) given[to] = (given[to] ?? 0) + 1;
    return beacon;
  });
  /** @type {Set<string>} */
  const seekers = new Set();
  return {
    ...manner,
    given,
    /** Who wants to be in the strangers' group. */
    seekers,
    heard(/** @type {Uint8Array} */ data, /** @type {string} */ from) {
      const { packet: carried } = split(data);
      if (carried && seeks(carried, group)) seekers.add(from);
    },
  };
}
