/** A transform that a page put in the place of Sotto's, past the hook: whatever has ours set again, it is named. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeEach, test } from 'node:test';
import { createContext, runInContext } from 'node:vm';

const FILE = join(resolve(import.meta.dirname, '../..'), 'content-scripts/relay/streams.js');

/** A connection with one sender, which Sotto covers at once. */
const BROWSER = `
  class RTCRtpSender { transform = null; track = null; }
  class RTCRtpReceiver { transform = null; track = { kind: 'audio' }; }
  const [sender, receiver] = [new RTCRtpSender(), new RTCRtpReceiver()];
  const peer = { addEventListener() {}, getTransceivers: () => [{ sender, receiver, currentDirection: 'sendrecv' }] };
  const sottoPlatform = { hasEncodedStreams: false };
  const pump = { isBlocked: false, isOnPage: false, cover: (end) => (end.transform = { ours: true }) };
  const named = [];
  let isToBeOn = false;
  const streams = () => new SottoStreams(peer, false, {
    pump: () => pump, changed() {}, left() {}, ended() {}, replaced() {},
    bypassed: (stream) => named.push(stream), isToBeOn: () => isToBeOn,
  });
`;

/** @type {(source: string) => any} */ let run;

beforeEach(() => {
  const context = createContext({ performance: { now: () => 0 } });
  run = (source) => runInContext(source, context);
  for (const source of [BROWSER, readFileSync(FILE, 'utf8'), 'const one = streams()']) run(source);
});

const cheat = () => run('sender.transform = { ours: false }');
const isOurs = () => run('sender.transform.ours');
const named = () => [...run('named')];

/** What has Sotto's transform set again. */
const COVERS = {
  'a look': 'one.watch()',
  'a page that takes the encoded frames': 'one.handlePageStreams(sender)',
  'a core that was cut off and says again that Sotto is on': 'one.setMode(true)',
  'a core that wants it covered': 'one.coverAgain(1)',
};

for (const [what, cover] of Object.entries(COVERS)) {
  test(`${what}: it goes, and is named`, () => {
    run('one.setMode(true); one.sweep()');
    cheat();
    run(cover);
    assert.deepEqual([isOurs(), named()], [true, [1]]);
  });

  test(`${what}: where ours is there, nothing is named`, () => {
    run('one.setMode(true); one.sweep()');
    run(cover);
    assert.deepEqual([isOurs(), named()], [true, []]);
  });
}

test('what a page has put there while Sotto was off goes as it is turned on, and is not named', () => {
  run('one.setMode(false); one.sweep()');
  cheat();
  run('one.setMode(true)');
  assert.deepEqual([isOurs(), named()], [true, []]);
});

test('where none of ours can take its place, as the pump is on the thread of the page, nothing passes', () => {
  run('one.setMode(false); one.sweep()');
  run('sottoPlatform.hasEncodedStreams = true; pump.cover = () => { throw new Error(); }; pump.silence = (end) => (end.transform = null)');
  cheat();
  run('one.setMode(true)');
  assert.equal(run('sender.transform'), null);
  run('one.watch(); one.watch()');
  assert.deepEqual(named(), [], 'it goes past nobody');
  cheat();
  run('one.watch()');
  assert.deepEqual([run('sender.transform'), named()], [null, [1]]);
});

for (const [word, stopped] of /** @type {const} */ ([[false, 0], [true, 2]])) {
  test(`where no worker can be made, and it isn't known yet whether Sotto is on: stopped if that was the last word (${word})`, () => {
    run('let stopped = 0; SottoStreams.stop = () => { stopped += 1; }; pump.isBlocked = true; pump.cover = () => { throw new Error(); }');
    run(`isToBeOn = ${word}; one.sweep()`);
    assert.equal(run('stopped'), stopped);
  });
}

test('and where that word comes only after them', () => {
  run('let stopped = 0; SottoStreams.stop = () => { stopped += 1; }; pump.isBlocked = true; pump.cover = () => { throw new Error(); }');
  run('one.sweep()');
  assert.equal(run('stopped'), 0);
  run('isToBeOn = true; one.handleBlocked()');
  assert.equal(run('stopped'), 2);
});

test('where Sotto is off, the last word before is none', () => {
  run('let stopped = 0; SottoStreams.stop = () => { stopped += 1; }; pump.cover = () => { throw new Error(); }');
  run('isToBeOn = true; one.setMode(false); one.sweep()');
  assert.equal(run('stopped'), 0);
});
