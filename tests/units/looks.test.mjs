/** Which still pictures the popup gets: only of a stream that is one member's alone, before and after. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeEach, mock, test } from 'node:test';
import { createContext, runInContext } from 'node:vm';
import { Looks as Shown } from '../../popup/looks.js';
import { Looks } from '../../worker/looks.js';
import { oursToCore, relayToCore } from '../../worker/parse.js';

const PLACE = { tab: 7, page: 1, stream: 4 };
const STILL = { width: 2, height: 1, pixels: new ArrayBuffer(8) };

/** @type {any} */ let line;
/** @type {boolean} whether the core says whose it is */ let isVouchedFor;
/** @type {[Sotto.Place, number][]} of what it was asked */ let doubted;
/** @type {any[]} */ let told;
/** @type {any[]} */ let orders;
/** @type {any} */ let page;
/** @type {any} */ let port;
/** @type {Looks} */ let looks;

beforeEach(() => {
  mock.timers.reset();
  [told, orders, doubted] = [[], [], []];
  line = { page: 1, stream: 4, direction: 'receive', media: 'video', role: 'camera', member: 'ben', protection: 'encrypted' };
  isVouchedFor = true;
  page = { tab: 7, tellRelay: (/** @type {any} */ order) => void orders.push(order) };
  port = { postMessage: (/** @type {any} */ message) => void told.push(message) };
  looks = new Looks((...asked) => {
    doubted.push(asked);
    return isVouchedFor;
  });
});

const ask = () => looks.ask(port, PLACE, page);
const answer = (from = page) => looks.answer(from, { kind: 'still', look: orders.at(-1).look, still: STILL });
const stills = () => told.map(({ still }) => still);

test('who asks is shown what the relay took', () => {
  ask();
  assert.deepEqual(orders.map(({ kind, stream }) => [kind, stream]), [['look', 4]]);
  answer();
  assert.deepEqual(told, [{ kind: 'still', ...PLACE, still: STILL }]);
});

test('nothing is asked of the relay where the core does not vouch', () => {
  isVouchedFor = false;
  ask();
  assert.deepEqual([orders, stills()], [[], [null]]);
});

test('nothing is shown where the core does not vouch any more, for when it was asked', () => {
  ask();
  isVouchedFor = false;
  answer();
  assert.deepEqual(stills(), [null]);
  const [[, asked]] = doubted;
  assert.deepEqual(doubted, [[PLACE, asked], [PLACE, asked]]);
});

test('a tab is shown nothing of another, and no page answers for another or twice', () => {
  looks.ask(port, { ...PLACE, tab: 8 }, page);
  assert.deepEqual([orders, stills()], [[], [null]]);
  ask();
  answer({ ...page });
  assert.equal(told.length, 1);
  answer();
  answer();
  assert.equal(told.length, 2);
});

test('what no relay answers is forgotten in the end', () => {
  for (let n = 0; n < 100; n += 1) ask();
  assert.equal(looks.waiting.size, 16);
});

test('a still picture has the size it says, and no side is longer than it may be', () => {
  const taken = (/** @type {unknown} */ still) => {
    const message = relayToCore({ kind: 'still', look: 1, still });
    return message?.kind === 'still' && message.still !== null;
  };
  const sized = (/** @type {any} */ width, /** @type {any} */ height, bytes = 4 * width * height) => ({ width, height, pixels: new ArrayBuffer(bytes) });
  assert.ok(taken(sized(160, 90)));
  const wrong = [sized(161, 90), sized(160, 91), sized(0, 90), sized(1.5, 2), sized(2, 2, 15), sized(2, 2, 17), { width: 1, height: 1, pixels: 'four' }, null, 'x'];
  assert.deepEqual(wrong.map(taken), wrong.map(() => false));
  assert.equal(relayToCore({ kind: 'still', look: 'x', still: sized(1, 1) }), null);
});

test('a look names a stream of a page of a tab', () => {
  assert.deepEqual(oursToCore({ kind: 'look', ...PLACE, more: 1 }), { kind: 'look', ...PLACE });
  assert.equal(oursToCore({ kind: 'look', ...PLACE, stream: -1 }), null);
  assert.equal(oursToCore({ kind: 'look', tab: 7, stream: 4 }), null);
});

test('in the popup a picture stays while its line says the same', () => {
  /** @type {[string, any][]} */
  const changes = [['member', 'cleo'], ['role', 'screen-picture'], ['protection', 'dropped'], ['stream', 9]];
  for (const [field, value] of changes) {
    const shown = new Shown(() => {});
    shown.begin(line);
    shown.handleAnswer({ kind: 'still', ...PLACE, still: STILL });
    shown.keep([line]);
    assert.equal(shown.of(line)?.still, STILL);
    shown.keep([{ ...line, [field]: value }]);
    assert.equal(shown.of(line), null, field);
  }
});

test('in the popup a stream is asked for once, and an answer that never comes is none', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  let asked = 0;
  const shown = new Shown(() => {});
  shown.ask = () => { asked += 1; };
  shown.begin(line);
  shown.begin(line);
  assert.deepEqual([asked, shown.of(line)?.words], [1, 'look_waiting']);
  mock.timers.tick(5_000);
  shown.handleAnswer({ kind: 'still', ...PLACE, still: STILL });
  assert.equal(shown.of(line)?.words, 'look_failed');
  shown.begin(line);
  assert.equal(asked, 2);
});

const RELAY = resolve(import.meta.dirname, '../../content-scripts/relay');
const SOURCE = ['platform.js', 'still.js'].map((file) => readFileSync(join(RELAY, file), 'utf8')).join('\n');

/** A browser in which these frames are shown, and then none until patience ends. @param {(number | undefined)[]} received when each came, from now on */
function screen(received, width = 1280, height = 720) {
  const drawn = { frames: 0, stopped: 0, enabled: false };
  let giveUp = () => {};
  const own = { enabled: false, stop: () => { drawn.stopped += 1; } };
  const track = { kind: 'video', clone: () => own };
  const video = {
    videoWidth: width,
    videoHeight: height,
    play: async () => {},
    requestVideoFrameCallback(/** @type {any} */ shown) {
      if (drawn.frames >= received.length) return void setImmediate(giveUp);
      const at = received[drawn.frames];
      drawn.frames += 1;
      setImmediate(() => shown(0, { receiveTime: at }));
    },
  };
  class OffscreenCanvas {
    getContext() {
      return { drawImage() {}, getImageData: (/** @type {number[]} */ ...[, , w, h]) => ({ data: new Uint8ClampedArray(4 * w * h) }) };
    }
  }
  class MediaStream { addTrack() { drawn.enabled = own.enabled; } }
  const context = createContext({
    window: {}, MediaStream, OffscreenCanvas, ArrayBuffer, performance: { now: () => 100 },
    document: { createElement: () => video },
    setTimeout: (/** @type {() => void} */ act) => { giveUp = act; },
  });
  return { drawn, still: () => runInContext(`${SOURCE}; SottoStill`, context).of(track) };
}

test('a picture that came before the question is no answer', async () => {
  const { drawn, still } = screen([undefined, 20, 99, 101]);
  assert.deepEqual({ ...(await still()), pixels: null }, { width: 160, height: 90, pixels: null });
  assert.deepEqual(drawn, { frames: 4, stopped: 1, enabled: true });
  const late = screen([20, 99]);
  assert.equal(await late.still(), null);
  assert.equal(late.drawn.stopped, 1);
});

test('it is small, keeps its shape, and is never larger than it came', async () => {
  for (const [width, height, ...wanted] of [[720, 1280, 51, 90], [640, 480, 120, 90], [32, 18, 32, 18], [10_000, 1, 160, 1]]) {
    const { width: w, height: h, pixels } = await screen([101], width, height).still();
    assert.deepEqual([w, h, pixels.byteLength], [...wanted, 4 * wanted[0] * wanted[1]]);
  }
});
