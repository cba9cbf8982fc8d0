/** What a frame leaves behind on its way through the core's memory: nothing. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Frames } from '../../worker/frames.js';

const ROOM = 1024;
const OUTPUT = 4096;
const JOB = 8;
const NONCE = 64;
const PLAIN = 0xaa;

/** A core that lays frames out at `OUTPUT` as they are. @param {boolean} elsewhere with WebCrypto */
function framesWith(elsewhere) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const bytes = () => new Uint8Array(memory.buffer);
  let length = 0;
  const lay = (/** @type {number} */ count) => {
    length = count;
    bytes().copyWithin(OUTPUT, ROOM, ROOM + count);
    return OUTPUT;
  };
  const core = {
    room: () => ROOM,
    transformed: () => length,
    transform: (/** @type {number[]} */ ...[, , , , count]) => (lay(count), elsewhere ? 0 : OUTPUT),
    job: () => (new Uint32Array(memory.buffer, JOB, 8).set([1, 7, 1, NONCE, NONCE, 0, OUTPUT, length]), JOB),
    subtleKey: () => new Uint8Array(16),
    finish: (/** @type {number[]} */ ...[, , before, made = before]) => lay(made),
  };
  const left = () => bytes().subarray(ROOM).filter((byte) => byte !== 0).length;
  return { frames: new Frames(/** @type {any} */ (core), memory), left };
}

const plain = () => new Uint8Array(300).fill(PLAIN).buffer;
const isErased = (/** @type {ArrayBuffer} */ buffer) => new Uint8Array(buffer).every((byte) => byte === 0);

test('a frame in wasm', () => {
  const { frames, left } = framesWith(false);
  const frame = plain();
  const result = frames.transform(0, 1, 1, 0, frame, 0);
  assert.deepEqual(new Uint8Array(/** @type {ArrayBuffer} */ (result)), new Uint8Array(plain()), 'is taken whole');
  assert.equal(left(), 0);
  assert.ok(isErased(frame));
});

test('a frame with WebCrypto', async () => {
  const { frames, left } = framesWith(true);
  frames.transform(0, 1, 1, 0, plain(), 0);
  assert.equal(left(), 0, 'while the key is imported');
  while (!frames.keys.get(7)) await new Promise((resolve) => { setTimeout(resolve, 1); });
  const frame = plain();
  const away = /** @type {import('../../worker/frames.js').Away} */ (frames.transform(0, 1, 1, 0, frame, 0));
  assert.equal(left(), 0, 'while it is away');
  const made = /** @type {ArrayBuffer} */ (await away.outcome);
  assert.equal(made.byteLength, 316, 'WebCrypto had its own copy');
  frames.finish(0, 1, frame, made);
  assert.equal(left(), 0, 'once it is back');
  assert.ok(isErased(frame) && isErased(made));
});
