// A SharedWorker of an extension, as the core's is: seals and opens frames of one size, in wasm
// or by WebCrypto, and says how long it took.

// @ts-ignore: made by the build.
import init, { Bench } from './bench.js';

/**
 * @typedef {{way: 'wasm' | 'subtle', size: number, rounds: number, atOnce: number}} Task
 */

/** @type {Promise<{seal(size: number, rounds: number): void, open(): void}>} */
const wasm = init({ module_or_path: new URL('./bench_bg.wasm', import.meta.url) }).then(() => new Bench());
const key = crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, false, ['encrypt', 'decrypt']);

/** What `sframe` authenticates of a frame: header, codec and clear prefix. */
const additionalData = new Uint8Array(12);

/** @param {number} counter */
function parameters(counter) {
  const iv = new Uint8Array(12);
  new DataView(iv.buffer).setUint32(8, counter);
  return { name: 'AES-GCM', iv, additionalData, tagLength: 128 };
}

/**
 * @template T
 * @param {number} rounds @param {number} atOnce @param {(round: number) => Promise<T>} act
 */
async function pipelined(rounds, atOnce, act) {
  let next = 0;
  const lane = async () => {
    while (next < rounds) await act(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

/** @param {Task} task */
async function bySubtle({ size, rounds, atOnce }) {
  const used = await key;
  const frame = new Uint8Array(size).fill(7);
  await pipelined(rounds, atOnce, async (round) => {
    const sealed = await crypto.subtle.encrypt(parameters(round), used, frame);
    await crypto.subtle.decrypt(parameters(round), used, sealed);
  });
}

/** @param {Task} task */
async function byWasm({ size, rounds }) {
  const bench = await wasm;
  bench.seal(size, rounds);
  bench.open();
}

/** @type {any} */ (self).onconnect = (/** @type {MessageEvent} */ { ports: [port] }) => {
  port.onmessage = async ({ data }) => {
    const started = performance.now();
    await (data.way === 'wasm' ? byWasm(data) : bySubtle(data));
    port.postMessage(performance.now() - started);
  };
};
