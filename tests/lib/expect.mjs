/**
 * What the stories expect of a call, judged by decoded pixels and by sound, and by what the
 * popups show. Each waits until it holds, and tells what was there instead when it never does.
 */

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { isNear } from './call.mjs';
import { PATIENCE } from './patience.mjs';

/** @typedef {import('./participant.mjs').Participant} Participant */

const CLEARLY_HEARD = 20;
const FRESH = 10;

/**
 * @template T
 * @param {() => Promise<T>} look @param {(seen: T) => boolean} holds @param {string} wanted
 * @param {number} [patience]
 * @returns {Promise<T>}
 */
export async function eventually(look, holds, wanted, patience = PATIENCE) {
  const end = performance.now() + patience;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (performance.now() > end) assert.fail(`${wanted}; last seen: ${JSON.stringify(seen)}`);
    await sleep(100);
  }
}

/** @param {Participant[]} people */
const pairs = (people) =>
  people.flatMap((one) => people.filter((other) => other !== one).map((other) => [one, other]));

/**
 * Everybody sees everybody else's card, moving.
 * @param {Participant[]} people
 */
export async function seeEachOther(people) {
  await Promise.all(pairs(people).map(([one, other]) => sees(one, other)));
}

/** @param {Participant} one @param {Participant} other */
export async function sees(one, other) {
  const look = () => one.pictureOf(other);
  const { frames: before } = await look();
  // A clear picture that stands still must not pass, nor a frame of noise after it.
  try {
    await eventually(
      look,
      ({ frames, colour }) => frames >= before + FRESH && isNear(colour, other.looks.colour),
      `${one.name} sees ${other.name} in ${other.looks.colour}, moving (from frame ${before})`,
    );
  } catch (error) {
    const own = [await other.pictureOf(other)];
    await sleep(1_000);
    own.push(await other.pictureOf(other));
    const seen = `${other.name}'s own tile: ${JSON.stringify(own)}`;
    throw new Error(`${/** @type {Error} */ (error).message}; ${seen}`, { cause: error });
  }
}

/** @param {Participant} one @param {Participant} other */
export async function doesNotSee(one, other) {
  const { colour } = await one.pictureOf(other);
  assert.ok(!isNear(colour, other.looks.colour), `${one.name} must not see ${other.name}, but sees ${colour}`);
}

/** What a busy machine's jitter buffer may still hold of before, in milliseconds. */
const HELD = 500;

/**
 * Nothing new is shown of somebody.
 * @param {Participant} one @param {Participant} other
 */
export async function pictureStands(one, other) {
  await sleep(HELD);
  const before = await one.pictureOf(other);
  await sleep(1_500);
  const after = await one.pictureOf(other);
  assert.equal(after.frames, before.frames, `no further frame of ${other.name} is shown to ${one.name}`);
}

/**
 * Everybody hears everybody else's tone, and nobody's that isn't there.
 * @param {Participant[]} people
 */
export async function hearEachOther(people) {
  await Promise.all(pairs(people).map(([one, other]) => hears(one, other)));
}

/** @param {Participant} one @param {Participant} other */
export async function hears(one, other) {
  const look = () => one.tonesOf(other, [other.looks.pitch]);
  await eventually(look, ([level]) => level > CLEARLY_HEARD, `${one.name} hears ${other.name}'s tone`);
}

/** @param {Participant} one @param {Participant} other */
export async function doesNotHear(one, other) {
  const [level] = await one.tonesOf(other, [other.looks.pitch]);
  assert.ok(level < CLEARLY_HEARD, `${one.name} must not hear ${other.name}, but the tone stands out by ${level} dB`);
}

/**
 * All popups say encrypted, with exactly these members and one number.
 * @param {Participant[]} people @param {number} [patience]
 */
export async function agree(people, patience) {
  const look = () => Promise.all(people.map(({ popup }) => popup.shown()));
  const shown = await eventually(
    look,
    (all) =>
      all.every(({ state }) => state === 'encrypted') &&
      all.every(({ members }) => members.length === people.length) &&
      all.every(({ number }) => number === all[0].number),
    `${people.map(({ name }) => name).join(', ')} share one encrypted group`,
    patience,
  );
  assert.match(shown[0].number, /^\d{60}$/);
  return shown[0].number;
}

/**
 * Looks at a stream from the popup, as often as it takes.
 * @param {Participant} person @param {string} line a part of what the stream's line says
 */
export async function looksAt({ popup }, line) {
  await popup.look(line).click();
  const look = async () => {
    const still = await popup.still(line);
    if (!still) await popup.look(line).click();
    return still;
  };
  const still = await eventually(look, Boolean, `the popup has a picture of ${line}`);
  return /** @type {NonNullable<typeof still>} */ (still);
}

/** @param {Participant[]} people */
export async function turnOn(people) {
  for (const person of people) {
    if (!person.popupPage) await person.openPopup();
    await person.popup.turn(true);
  }
}
