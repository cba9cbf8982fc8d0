/** What three people in a call through an SFU of any make see, hear and are told. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agree, doesNotHear, doesNotSee, eventually, hearEachOther, pictureStands, seeEachOther, turnOn } from '../expect.mjs';

/**
 * @typedef {import('../participant.mjs').Participant} Participant
 * @typedef {{picturesReceived(page: import('playwright-core').Page): Promise<number[]>}} Counting of each whose picture comes, whatever becomes of it
 * @typedef {{stage: import('../stage.mjs').Stage, place: import('../participant.mjs').Place, callPage: import('../call.mjs').CallPage}} Setting
 */

/** @param {Participant[]} people */
export async function perceiveEachOther(people) {
  await seeEachOther(people);
  await hearEachOther(people);
}

/** @param {Participant[]} three */
export function allEncrypted(three) {
  const look = () => Promise.all(three.map(({ popup }) => popup.shown()));
  const isRight = (/** @type {import('../sotto.mjs').Shown} */ { streams, problems }) => {
    const used = streams.filter((protection) => protection !== 'waiting');
    return problems.length === 0 && used.length === 6 && used.every((protection) => protection === 'encrypted');
  };
  return eventually(look, (shown) => shown.every(isRight), 'two streams out and four in are encrypted, and no problem is shown');
}

/** How long it takes until all share one number. @param {import('node:test').TestContext} t @param {Participant[]} people */
export async function timedAgree(t, people) {
  const began = performance.now();
  const number = await agree(people);
  t.diagnostic(`one number after ${Math.round(performance.now() - began)} ms`);
  return number;
}

/**
 * Somebody without Sotto, whose browser is given all that those who have it on send.
 * @param {Counting} callPage @param {Participant} olga @param {Participant[]} all
 */
export async function perceiveNothingOfEachOther(callPage, olga, all) {
  const enough = (/** @type {number[]} */ came) => came.length === all.length && came.every((count) => count > 30);
  await eventually(() => callPage.picturesReceived(olga.page), enough, `${olga.name} is sent pictures of all`);
  await Promise.all(all.flatMap((one) => [pictureStands(olga, one), pictureStands(one, olga)]));
  for (const one of all) {
    await doesNotSee(olga, one);
    await doesNotHear(olga, one);
    await doesNotSee(one, olga);
    await doesNotHear(one, olga);
  }
}

/** The first tests of each story: three meet, and turn it on one after the other. @param {() => Setting} setting once it is there */
export function threeTurnItOn(setting) {
  test('with Sotto off three see and hear each other', async () => {
    const { stage, place } = setting();
    await stage.gather(stage.people, place);
    await perceiveEachOther(stage.people);
  });

  test('turned on in mid-call, two share one number, and the third perceives nothing of them', async (t) => {
    const [ana, ben, cleo] = setting().stage.people;
    await turnOn([ana, ben]);
    await timedAgree(t, [ana, ben]);
    await perceiveEachOther([ana, ben]);
    for (const one of [ana, ben]) {
      await pictureStands(cleo, one);
      await doesNotHear(cleo, one);
    }
  });

  test('once the third turns it on, all share one number and perceive each other', async (t) => {
    const { people } = setting().stage;
    await turnOn([people[2]]);
    await timedAgree(t, people);
    await perceiveEachOther(people);
  });

  test('every stream is encrypted, nothing is wrong, and no data channel brought a thing', async () => {
    const { stage: { people }, callPage } = setting();
    await allEncrypted(people);
    assert.deepEqual(await Promise.all(people.map(({ page }) => callPage.carrierOf?.(page))), ['in-band', 'in-band', 'in-band']);
  });
}
