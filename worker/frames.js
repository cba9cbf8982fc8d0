/**
 * The way of a frame through the core's memory: copied in once, to room that
 * the core keeps, and out once, into the buffer that the pump gets. What it leaves
 * on its way is overwritten with zeros.
 *
 * A large frame the core only lays out, for WebCrypto to seal or open, which is
 * cheaper from there on (benches/crossover.mjs); it is then copied in once more,
 * with what came back.
 * WebCrypto's keys can't be read back, and go when the core says that theirs
 * are gone.
 */

/** @typedef {{job: number, outcome: Promise<ArrayBuffer | null>}} Away a frame that is with WebCrypto */

/** The words by which the core describes a job. */
const WORDS = 8;

/** @param {ArrayBuffer} buffer @returns {null} */
function erase(buffer) {
  new Uint8Array(buffer).fill(0);
  return null;
}

export class Frames {
  /** @param {Sotto.Core} core @param {WebAssembly.Memory} memory the core's */
  constructor(core, memory) {
    this.core = core;
    this.memory = memory;
    /** @type {Map<number, CryptoKey | null>} null while a key is imported, or when it can't be */
    this.keys = new Map();
  }

  /**
   * @param {number} now @param {number} page @param {number} stream
   * @param {number} format @param {ArrayBuffer} frame @param {number | null} layer
   * @returns {ArrayBuffer | Away | null} null: drop it
   */
  transform(now, page, stream, format, frame, layer) {
    const place = this.put(frame);
    const start = this.core.transform(now, page, stream, format, frame.byteLength, layer ?? undefined);
    this.view(place, frame.byteLength).fill(0);
    if (start === 0) return this.handOver(now, frame);
    erase(frame);
    return this.take(start);
  }

  /**
   * @param {number} now @param {number} job @param {ArrayBuffer} frame
   * @param {ArrayBuffer | null} outcome
   */
  finish(now, job, frame, outcome) {
    const made = outcome ?? new ArrayBuffer(0);
    const place = this.put(frame, made);
    const start = this.core.finish(now, job, frame.byteLength, outcome?.byteLength);
    this.view(place, frame.byteLength + made.byteLength).fill(0);
    for (const part of [frame, made]) erase(part);
    return start === 0 ? null : this.take(start);
  }

  /** @param {number} key */
  forget(key) {
    this.keys.delete(key);
  }

  /** @param {number} now @param {ArrayBuffer} frame */
  handOver(now, frame) {
    const place = this.core.job();
    if (place === 0) return erase(frame);
    const [job, number, seals, nonce, aad, aadLength, data, length] = new Uint32Array(this.memory.buffer, place, WORDS);
    const key = this.keys.get(number);
    if (!key) {
      if (key === undefined) this.importKey(job, number);
      return this.finish(now, job, frame, null);
    }
    const parameters = { name: 'AES-GCM', iv: this.view(nonce, 12), additionalData: this.view(aad, aadLength) };
    const operation = seals ? 'encrypt' : 'decrypt';
    // WebCrypto copies what it is given before it returns.
    const outcome = crypto.subtle[operation](parameters, key, this.view(data, length));
    this.view(data, length).fill(0);
    return { job, outcome: outcome.catch(() => null) };
  }

  /** @param {number} job @param {number} number */
  importKey(job, number) {
    const raw = this.core.subtleKey(job);
    if (!raw) return;
    this.keys.set(number, null);
    crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']).then(
      (key) => this.keys.has(number) && this.keys.set(number, key),
      () => {},
    );
    raw.fill(0);
  }

  /** @param {ArrayBuffer[]} parts @returns {number} where they begin */
  put(...parts) {
    const start = this.core.room(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
    const memory = new Uint8Array(this.memory.buffer);
    let place = start;
    for (const part of parts) {
      memory.set(new Uint8Array(part), place);
      place += part.byteLength;
    }
    return start;
  }

  /** @param {number} start */
  take(start) {
    const length = this.core.transformed();
    const taken = this.memory.buffer.slice(start, start + length);
    this.view(start, length).fill(0);
    return taken;
  }

  /** @param {number} start @param {number} length */
  view(start, length) {
    return new Uint8Array(this.memory.buffer, start, length);
  }
}
