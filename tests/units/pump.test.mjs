/** The pump by itself, with transformers and a core that the test plays. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeEach, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { runInThisContext } from 'node:vm';

const FILE = join(resolve(import.meta.dirname, '../..'), 'content-scripts/pump.js');
const sottoPump = runInThisContext(`${readFileSync(FILE, 'utf8')}; sottoPump`);

/** What the pump asked. @type {Sotto.PumpQuestion[][]} */ let asked;
/** @type {SottoPumpScope & {send(message: object, ports?: object[]): void}} */ let scope;
/** @type {{postMessage(questions: any[]): void, close(): void, onmessage?: (event: {data: unknown}) => void}} */ let core;

beforeEach(() => {
  asked = [];
  core = { postMessage: (questions) => { asked.push(questions); }, close() {} };
  scope = /** @type {any} */ ({ send(/** @type {object} */ data, /** @type {object[]} */ ports = []) { this.onmessage({ data, ports }); } });
  sottoPump(scope);
  scope.send({ kind: 'port' }, [core]);
  core.onmessage?.({ data: { kind: 'mode', on: true } });
});

/** @param {number[]} bytes */
const frame = (...bytes) => ({ data: Uint8Array.from(bytes).buffer, getMetadata: () => ({ mimeType: 'audio/opus' }) });

/** A transform of a stream. @param {number} stream @param {object} [more] of the browser's methods */
function transformer(stream, more = {}) {
  /** @type {any} */ let controller;
  /** @type {number[][]} */ const written = [];
  const readable = new ReadableStream({ start: (given) => { controller = given; } });
  const writable = new WritableStream({ write: ({ data }) => { written.push([...new Uint8Array(data)]); } });
  scope.onrtctransform?.({ transformer: { options: { stream }, readable, writable, ...more } });
  return { written, readable, give: (/** @type {any} */ one) => controller.enqueue(one) };
}

/** @param {(ArrayBuffer | null)[]} frames */
function answer(...frames) {
  core.onmessage?.({ data: frames });
  return turn();
}

test('a frame goes on with what the core gave for it', async () => {
  const one = transformer(1);
  one.give(frame(1));
  await turn();
  await answer(frame(7).data);
  assert.deepEqual(one.written, [[7]]);
});

test('an answer of another length than the question has a frame for nobody', async () => {
  const [one, two] = [transformer(1), transformer(2)];
  for (const { give } of [one, two]) give(frame(1));
  await turn();
  await answer(frame(7).data, frame(8).data);
  assert.deepEqual([one.written, two.written], [[], []], 'the first question was of one frame');
  await answer(frame(9).data);
  assert.deepEqual(two.written, [[9]], 'the next has its own answer');
});

test('a message that cannot be sent costs its frames and nothing that follows', async () => {
  const one = transformer(1);
  core.postMessage = () => { throw new Error('a buffer that is gone'); };
  one.give(frame(1));
  await turn();
  core.postMessage = (questions) => { asked.push(questions); };
  one.give(frame(2));
  await turn();
  await answer(frame(7).data);
  assert.deepEqual(one.written, [[7]]);
});

/** What the pump says that came. @returns {[number, number][]} */
function count() {
  /** @type {[number, number][]} */ let counts = [];
  scope.send({ kind: 'count' }, [{ postMessage: (/** @type {[number, number][]} */ said) => { counts = said; } }]);
  return counts;
}

test('it counts what came of each stream, whatever became of it, until the stream ends', async () => {
  const [one, two] = [transformer(1), transformer(2)];
  for (const { give } of [one, two, one]) give(frame(1));
  await turn();
  await answer(null);
  await answer(frame(7).data, frame(8).data);
  assert.deepEqual(count(), [[1, 2], [2, 1]]);
  scope.send({ kind: 'stream-ended', stream: 1 });
  assert.deepEqual(count(), [[2, 1]]);
});

test('nobody waits for a core that has been silent for long, until it answers', async (t) => {
  t.mock.method(performance, 'now', () => at);
  let at = 1_000;
  /** @type {number} */ let keyFrames = 0;
  const one = transformer(1, { sendKeyFrameRequest: async () => { keyFrames += 1; } });
  one.give(frame(1));
  one.give(frame(2));
  await turn();
  at += 400;
  assert.deepEqual(count(), [[1, 1]], 'it may still answer');
  at += 1;
  count();
  await turn();
  assert.deepEqual([count(), asked.length], [[[1, 2]], 1], 'what comes is dropped');
  await answer(frame(7).data);
  assert.deepEqual([one.written, keyFrames], [[], 1], 'what it has of it is late, and a decoder misses it');
  one.give(frame(3));
  await turn();
  await answer(frame(9).data);
  assert.deepEqual(one.written, [[9]]);
});

test('where the core is cut off frames pass once Sotto is turned off, and no more once it is on', async () => {
  const one = transformer(1);
  one.give(frame(1));
  await turn();
  scope.send({ kind: 'hint', on: false });
  one.give(frame(2));
  await turn();
  assert.deepEqual(one.written, [], 'what may be out of date lets nothing pass');
  scope.send({ kind: 'release' });
  await turn();
  one.give(frame(3));
  await turn();
  assert.deepEqual(one.written.at(-1), [3]);
  scope.send({ kind: 'hint', on: true });
  one.give(frame(4));
  await turn();
  await turn();
  assert.deepEqual(one.written.at(-1), [3]);
});

test('a frame without a byte in it can get some, or goes nowhere', async () => {
  const one = transformer(1);
  for (const made of [frame(7).data, null]) {
    one.give(frame());
    await turn();
    await answer(made);
  }
  assert.deepEqual(one.written, [[7]]);
});

test('a transform that gave way to another is read no more', async () => {
  const old = transformer(1);
  await turn();
  const fresh = transformer(1);
  await turn();
  assert.ok(!old.readable.locked);
  fresh.give(frame(1));
  await turn();
  await answer(frame(7).data);
  assert.deepEqual(fresh.written, [[7]]);
});

test('nor is one whose stream has ended', async () => {
  const one = transformer(1);
  await turn();
  scope.send({ kind: 'stream-ended', stream: 1 });
  assert.ok(!one.readable.locked);
});

test('the core is told by what payload type and name a frame came', async () => {
  const one = transformer(1);
  one.give({ ...frame(1), getMetadata: () => ({ mimeType: 'audio/G722', payloadType: 9 }) });
  await turn();
  const [[[stream, , payloadType, mime]]] = asked;
  assert.deepEqual([stream, payloadType, mime], [1, 9, 'audio/G722']);
});

test('each frame is asked about with its layer, and with none where that is put upon another', async () => {
  const layers = [{}, { synchronizationSource: 7, spatialIndex: 0, temporalIndex: 0 }, { synchronizationSource: 8 },
    { synchronizationSource: 8, temporalIndex: 1 }, { synchronizationSource: 8, spatialIndex: 2 }];
  const one = transformer(1);
  for (const layer of layers) {
    one.give({ ...frame(1), getMetadata: () => ({ mimeType: 'video/VP8', ...layer }) });
    await turn();
    await answer(null);
  }
  assert.deepEqual(asked.map(([[, , , , layer]]) => layer), [0, 7, 8, null, null]);
});
