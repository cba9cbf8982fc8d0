/**
 * Opens a call in browsers that have Sotto installed: run by `cargo xtask demo`, which passes its
 * settings as one JSON argument, and serves the page, unless it is an SFU's.
 *
 * With `json` it turns Sotto on for everybody, lets the call run, and prints what came of it;
 * without, it leaves that to the person in front of the windows.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isNear } from '../tests/lib/call.mjs';
import { Participant } from '../tests/lib/participant.mjs';
import { meetingPlace } from './place.mjs';

const NAMES = ['Ana', 'Bela', 'Chiara', 'Dmitri', 'Elif', 'Femi', 'Greta', 'Hugo'];
const JOIN_PATIENCE = 30_000;
/** A frame or two may still be on the way from before. */
const MOVING = 5;

/**
 * @typedef {import('./place.mjs').MeetingPlace} MeetingPlace
 * @typedef {{browsers: {browser: import('../tests/lib/browser.mjs').BrowserName, program: string}[], extension: string, page: string | null, via: import('./place.mjs').Via, carrier: string | null, participants: number,
 *   headless: boolean, seconds: number | null, video: string | null, json: boolean}} Settings
 */

/** @param {number} index */
const nameOf = (index) => NAMES[index] ?? `Guest ${index + 1}`;

/** @param {string} text */
const say = (text) => process.stderr.write(`${text}\n`);

/**
 * @param {Participant[]} people to whom each is added once there is something to close
 * @param {Settings} settings @param {MeetingPlace} where @param {string} folder
 */
async function openWindows(people, settings, { base, place, callPage }, folder) {
  for (let index = 0; index < settings.participants; index += 1) {
    say(`opening the window of ${nameOf(index)} ...`);
    const person = await Participant.start({
      ...settings.browsers[index % settings.browsers.length],
      extension: settings.extension,
      headless: settings.headless,
      camera: settings.video,
      name: nameOf(index),
      folder,
      index,
      callPage,
    });
    people.push(person);
    await person.enter(base, place);
  }
}

/** @param {Participant[]} people */
async function connectAll(people) {
  const names = people.map(({ name }) => name);
  await Promise.all(people.map((one) => one.waitForPeople(names.filter((name) => name !== one.name))));
}

/** @param {Participant[]} people */
async function turnOn(people) {
  for (const person of people) await (await person.openPopup()).turn(true);
  await Promise.all(
    people.map(async ({ popup }) => {
      await popup.waitForMembers(people.length, JOIN_PATIENCE);
      await popup.waitForState('encrypted', JOIN_PATIENCE);
    }),
  );
}

/**
 * @param {Participant} person @param {Participant[]} people @param {boolean} ownColours
 * @param {number[]} earlier frames of each other person that were shown before
 */
async function report(person, people, ownColours, earlier) {
  const { state, members, safetyNumber, streams, stats } = await person.popup.view();
  const others = people.filter((one) => one !== person);
  const pictures = await Promise.all(others.map((other) => person.pictureOf(other)));
  const seen = pictures.every(
    ({ frames, colour }, n) => frames > earlier[n] + MOVING && (!ownColours || isNear(colour, others[n].looks.colour)),
  );
  const { width, height } = pictures[0];
  const object = {
    name: person.name,
    state,
    members: members.length,
    safety_number: (safetyNumber ?? []).join(' '),
    streams,
    sealed: stats.sealed,
    opened: stats.opened,
    failed: stats.failed,
    dropped: stats.dropped,
    overhead_bytes_per_frame: stats.overheadBytesPerFrame,
    seal_us_p50: stats.sealUsP50,
    open_us_p50: stats.openUsP50,
    video: { width, height, frames_decoded: Math.min(...pictures.map(({ frames }) => frames)) },
  };
  return { object, seen, joinMs: stats.joinMs };
}

/** How many frames each person was shown of each other. @param {Participant[]} people */
function framesShown(people) {
  return Promise.all(
    people.map((one) =>
      Promise.all(people.filter((other) => other !== one).map(async (other) => (await one.pictureOf(other)).frames)),
    ),
  );
}

/** @param {Participant[]} people @param {Settings} settings @param {number[][]} earlier */
async function reportAll(people, settings, earlier) {
  const carriers = await Promise.all(people.map(({ page, callPage }) => callPage.carrierOf(page)));
  const reports = await Promise.all(
    people.map((one, n) => report(one, people, settings.video === null, earlier[n])),
  );
  const participants = reports.map(({ object }) => object);
  const [first] = participants;
  const good = reports.every(
    ({ object, seen }) =>
      seen &&
      object.state === 'encrypted' &&
      object.members === people.length &&
      object.safety_number !== '' &&
      object.safety_number === first.safety_number,
  );
  const [carrier] = carriers.every((one) => one === carriers[0]) ? carriers : [carriers.join()];
  const asWanted = settings.carrier === null || carrier === settings.carrier;
  const result = { participants, carrier, join_ms: reports.map(({ joinMs }) => joinMs) };
  return { result, good: good && asWanted };
}

/** @param {Settings} settings @param {Participant[]} people */
async function run(settings, people) {
  const seconds = settings.seconds ?? (settings.json ? 10 : null);
  if (!settings.json) {
    say('Turn Sotto on in each window: the puzzle piece in the toolbar, then Sotto. Then compare the numbers.');
    say(seconds === null ? 'Ctrl-C ends the call.' : `The call ends after ${seconds} seconds.`);
    await (seconds === null ? new Promise(() => {}) : sleep(seconds * 1000));
    return true;
  }
  await turnOn(people);
  say(`encrypted; looking at it for ${seconds} seconds ...`);
  // Only what is shown from here on counts: what was shown before came in clear.
  const earlier = await framesShown(people);
  await sleep(Number(seconds) * 1000);
  const { result, good } = await reportAll(people, settings, earlier);
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  return good;
}

async function main() {
  /** @type {Settings} */
  const settings = JSON.parse(process.argv[2]);
  const folder = mkdtempSync(join(tmpdir(), 'sotto-demo-'));
  /** @type {Participant[]} */
  const people = [];
  const where = await meetingPlace(settings);
  try {
    await openWindows(people, settings, where, folder);
    await connectAll(people);
    process.exitCode = (await run(settings, people)) ? 0 : 1;
  } finally {
    await Promise.all(people.map((one) => one.close()));
    await where.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error) => {
  say(`error: ${error.message}`);
  process.exitCode = 1;
});
