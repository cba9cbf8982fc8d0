/**
 * The table of media: what happens to streams in real life, by codec, between two people who have
 * Sotto on. Each cell is judged by decoded pixels and by sound at the far side, and by the far
 * core, which would see a frame that came in clear.
 */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Lab } from '../lib/lab.mjs';
import { Network } from '../lib/outage.mjs';
import { Cell } from '../lib/scenarios/cell.mjs';
import { connections } from '../lib/scenarios/connections.mjs';
import { layers } from '../lib/scenarios/layers.mjs';
import { negotiation } from '../lib/scenarios/negotiation.mjs';
import { tracks } from '../lib/scenarios/tracks.mjs';
import { Table } from '../lib/scenarios/table.mjs';
import { CAST, FOLDER, notInFirefox } from '../lib/stage.mjs';

/** A codec of each kind is tried at a time. */
const RUNS = [
  { video: 'VP8', audio: 'opus' },
  { video: 'VP9', audio: 'red' },
  { video: 'H264', audio: 'PCMU' },
  { video: 'AV1', audio: 'G722' },
  { video: 'H265', audio: 'PCMA' },
];
/** Where the browser lacks the other. */
const USUAL = RUNS[0];

const MODES = notInFirefox('Firefox has no scalability modes');
const LAYERS = notInFirefox('there, without Sotto too, soon the least layer alone is sent');
const SCREEN = notInFirefox('Firefox shows no screen where there is no display');
/** @type {Record<string, string | false>} by scenario */
const NOT_HERE = {
  'screen beside the camera': SCREEN,
  'screen in place of the camera': SCREEN,
  'simulcast, three layers': LAYERS,
  'layers in time': MODES,
  'layers in space and time': MODES,
  'packets lost and sent again': notInFirefox('nothing in Firefox loses packets'),
};

/** Where more frames are dropped than those before two ends know each other. @type {Record<string, number>} */
const DROPPED = {
  // A stream is shown at one receiver (M12), and each of its layers comes at one of its own.
  'simulcast, three layers': 500,
};

const FILE = join(FOLDER, CAST.includes('firefox') ? 'media-table-firefox.txt' : 'media-table.txt');

/** @type {Lab} */ let lab;
/** @type {Network[]} */ const networks = [];
const scenarios = { ...tracks, ...layers, ...negotiation, ...connections(networks) };
const table = new Table(Object.keys(scenarios), RUNS);
let cells = 0;

before(async () => {
  rmSync(FILE, { force: true });
  // A way that is to lose packets has to be led through the emulation from its beginning.
  const emulated = async (/** @type {import('../lib/participant.mjs').Participant} */ person) => networks.push(await Network.of(person));
  lab = await Lab.open({ before: CAST.includes('firefox') ? undefined : emulated });
  await lab.turnOn();
  await lab.near.do((page) => { page.open('base').peer.addTransceiver('audio', { direction: 'recvonly' }); });
  await lab.joined();
});
after(async () => {
  await lab.close();
  mkdirSync(join(FILE, '..'), { recursive: true });
  writeFileSync(FILE, `${table}\n`);
});

for (const run of RUNS) {
  for (const [name, scenario] of Object.entries(scenarios)) {
    const why = NOT_HERE[name];
    if (why) for (const codec of Object.values(run)) table.refuse(name, codec, why);
    test(`${name} (${run.video}, ${run.audio})`, { skip: why ?? false }, async (t) => {
      const codecs = { ...run };
      for (const codec of Object.values(run)) table.begin(name, codec);
      for (const kind of /** @type {const} */ (['video', 'audio'])) {
        if (await lab.has(kind, run[kind])) continue;
        table.refuse(name, run[kind]);
        codecs[kind] = USUAL[kind];
      }
      cells += 1;
      const cell = new Cell(lab, `cell ${cells}`, (text) => t.diagnostic(text));
      try {
        await cell.begin(codecs);
        const refusal = await scenario(cell);
        if (typeof refusal === 'string') {
          for (const codec of Object.values(codecs)) table.refuse(name, codec, refusal);
          return;
        }
        await cell.used(codecs);
        await cell.end(DROPPED[name]);
        for (const codec of Object.values(run)) table.pass(name, codec);
      } finally {
        await cell.clear();
      }
    });
  }
}
