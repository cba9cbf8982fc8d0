/**
 * What a transform costs, with a clock too coarse to see one.
 *
 * performance.now() in an extension's SharedWorker moves in steps of 100 us,
 * cross-origin isolated or not, and a frame takes about a tenth of that: one
 * reading is 0 or 100. The phase of the clock is independent of the frames, so
 * the expected reading is still the true cost, and the sum over a block comes
 * close to it: with 50 frames of 10 us the block's mean is off by about 4 us.
 * A block has a fixed number of frames, because one that ended on a reading
 * would be biased towards it.
 */
const BLOCK = 50;

export class Stopwatch {
  /** @param {(stream: number, microseconds: number, frames: number) => void} report */
  constructor(report) {
    this.report = report;
    /** @type {Map<number, {microseconds: number, frames: number}>} */
    this.blocks = new Map();
  }

  /** @param {number} stream @param {number} milliseconds */
  add(stream, milliseconds) {
    const block = this.blocks.get(stream) ?? { microseconds: 0, frames: 0 };
    block.microseconds += milliseconds * 1000;
    block.frames += 1;
    this.blocks.set(stream, block);
    if (block.frames < BLOCK) return;
    this.blocks.delete(stream);
    this.report(stream, Math.round(block.microseconds), block.frames);
  }

  /** @param {number} stream */
  forget(stream) {
    this.blocks.delete(stream);
  }
}
