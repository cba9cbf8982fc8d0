/**
 * Somebody in the call without Sotto, whose page keeps what it receives and can send what it
 * likes. The script below runs in that page before the page's own.
 */

/** @typedef {import('./participant.mjs').Participant} Participant */

/**
 * Records the last encoded frames of each kind that arrive. What goes out is given to
 * `window.forge`, if a test has set it. `window.controls` are channels on the id of Sotto's.
 */
export const OUTSIDER = `{
  const KEPT = 400;
  const received = (window.received = { audio: [], video: [] });
  const controls = (window.controls = []);
  const counts = (window.receivedPerStream = []);
  const record = (kind, stream = counts.push(0) - 1) => (frame, controller) => {
    if (frame.data.byteLength > 0) counts[stream] += 1;
    received[kind].push(new Uint8Array(frame.data.slice(0)));
    if (received[kind].length > KEPT) received[kind].shift();
    controller.enqueue(frame);
  };
  const send = (frame, controller) => {
    const data = window.forge?.(frame);
    if (data) {
      frame.data = data;
      window.forged = (window.forged ?? 0) + 1;
    }
    controller.enqueue(frame);
  };
  const pipe = (end, transform) => {
    const { readable, writable } = end.createEncodedStreams();
    readable.pipeThrough(new TransformStream({ transform })).pipeTo(writable);
  };
  const Native = RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(configuration) {
      super({ ...configuration, encodedInsertableStreams: true });
      controls.push(super.createDataChannel('', { negotiated: true, id: 1007 }));
      this.addEventListener('track', ({ receiver, track }) => pipe(receiver, record(track.kind)));
    }
    addTrack(...args) {
      const sender = super.addTrack(...args);
      pipe(sender, send);
      return sender;
    }
  };
}`;

/**
 * Sits on the path of two people: what comes on one of the channels goes out on the others, so
 * that each takes this connection for the other's and sends it what is sealed.
 */
export const FORWARDER = `${OUTSIDER} {
  const { controls } = window;
  controls.push = (channel) => {
    channel.onmessage = ({ data }) => {
      const others = controls.filter((one) => one !== channel && one.readyState === 'open');
      for (const other of others) other.send(data);
    };
    return Array.prototype.push.call(controls, channel);
  };
}`;

/** @param {Participant} outsider */
export function forgetReceived({ page }) {
  return page.evaluate(() => {
    const { received } = /** @type {any} */ (window);
    received.audio.length = 0;
    received.video.length = 0;
    /** @type {any} */ (window).receivedPerStream.fill(0);
  });
}

/**
 * How many frames arrived on each stream since it was last forgotten.
 * @param {Participant} outsider
 * @returns {Promise<number[]>}
 */
export function receivedPerStream({ page }) {
  return page.evaluate(() => /** @type {any} */ (window).receivedPerStream);
}

/**
 * What arrived since it was last forgotten.
 * @param {Participant} outsider @param {'audio' | 'video'} kind
 * @returns {Promise<Uint8Array[]>}
 */
export async function receivedBy({ page }, kind) {
  const frames = await page.evaluate(
    (which) => /** @type {any} */ (window).received[which].map((/** @type {Uint8Array} */ frame) => Array.from(frame)),
    kind,
  );
  return frames.filter((/** @type {number[]} */ frame) => frame.length > 0).map((/** @type {number[]} */ frame) => Uint8Array.from(frame));
}

/**
 * Chi-square of the bytes against all being equally likely: 255 give or take 23 for a cipher's
 * output, whatever its length.
 * @param {Uint8Array[]} pieces
 */
export function chiSquare(pieces) {
  const counts = new Float64Array(256);
  let total = 0;
  for (const piece of pieces) for (const byte of piece) { counts[byte] += 1; total += 1; }
  const expected = total / 256;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}
