/** Call pages that others wrote, as they are published; of each library, the page that its README describes. */

import { after, before, test } from 'node:test';
import { APPS } from '../lib/apps/all.mjs';
import { LIGHT } from '../lib/apps/light.mjs';
import { seeEachOther } from '../lib/apps/people.mjs';
import { serve } from '../lib/apps/site.mjs';
import { agree, eventually } from '../lib/expect.mjs';
import { Stage } from '../lib/stage.mjs';

const NAMES = ['Ana', 'Ben', 'Cleo'];

/** @type {Stage} */ let stage;
/** @type {import('../lib/participant.mjs').Participant[]} */ const people = [];

before(async () => {
  stage = await Stage.open();
  for (const name of NAMES) people.push(await stage.cast({ name, script: LIGHT }));
});
after(() => stage.close());

/** Sound and picture to and from each of two others. */
const STREAMS = 8;

/**
 * Every stream that something is sent on is encrypted, and no popup has a problem to tell. Some pages make
 * more streams than they use.
 */
async function nothingIsWrong() {
  const look = () => Promise.all(people.map(({ popup }) => popup.shown()));
  /** @param {import('../lib/sotto.mjs').Shown} shown */
  const isRight = ({ streams, problems }) => {
    const used = streams.filter((protection) => protection !== 'waiting');
    return problems.length === 0 && used.length === STREAMS && used.every((protection) => protection === 'encrypted');
  };
  await eventually(look, (all) => all.every(isRight), 'every stream is encrypted, and nothing is wrong');
}

/** @param {boolean} on */
async function turnAll(on) {
  for (const { popup } of people) await popup.turn(on);
}

/** @param {string} origin @param {import('../lib/apps/all.mjs').App} app */
async function joinOneByOne(origin, { path, join }) {
  for (const { page, name } of people) {
    await page.goto(origin + path);
    await join(page, name);
  }
}

/** Turns Sotto on where the call will be, before it is. @param {string} origin */
async function turnOnFirst(origin) {
  for (const person of people) {
    await person.page.goto(`${origin}/`);
    await (await person.openPopup()).turn(true);
  }
}

for (const app of APPS) {
  test(`${app.name}: three see each other under one number, with Sotto on before they join, and turned on in mid-call`, async () => {
    const { origin, close } = await serve(app);
    try {
      await turnOnFirst(origin);
      await joinOneByOne(origin, app);
      await agree(people);
      await seeEachOther(people);
      await nothingIsWrong();
      await turnAll(false);
      await seeEachOther(people);
      await turnAll(true);
      await agree(people);
      await seeEachOther(people);
    } finally {
      close();
    }
  });
}
