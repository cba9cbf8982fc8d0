/**
 * The way to the core: every call goes through here, is timed by one clock,
 * followed by draining the core's outputs and setting its one timer.
 *
 * An error is about one call, the core's word or ours around it: it is reported
 * as a trouble of that page and the others go on. A trap is not: the wasm's
 * memory can no longer be trusted, so the core is never called again and nothing
 * passes.
 */

import { Frames } from './frames.js';
import { guarded } from './guarded.js';

export class Engine {
  /**
   * @param {Sotto.Core | null} core null where it could not be loaded
   * @param {WebAssembly.Memory | null} memory the core's
   * @param {{handleOutput(output: Exclude<Sotto.Output, {kind: 'forget-key'}>): void, handleCrash(): void}} desk
   */
  constructor(core, memory, desk) {
    this.core = core && guarded(core, () => this.die());
    this.frames = this.core && memory && new Frames(this.core, memory);
    this.desk = desk;
    this.dead = core === null;
    /** @type {number | undefined} */
    this.deadline = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /**
   * @template T
   * @param {number | null} page whose trouble a failure is
   * @param {(core: Sotto.Core, now: number) => T} action
   * @returns {T | undefined}
   */
  call(page, action) {
    const result = this.attempt(page, action);
    this.drain();
    return result;
  }

  /**
   * @template T
   * @param {number | null} page
   * @param {(core: Sotto.Core, now: number) => T} action
   * @returns {T | undefined}
   */
  attempt(page, action) {
    if (this.dead || !this.core) return undefined;
    try {
      return action(this.core, performance.now());
    } catch {
      if (page !== null) this.attempt(null, (core, now) => core.trouble(now, page, 'core-error'));
    }
  }

  /** After frames, which seldom leave anything to drain or change the timer. */
  settle() {
    if (this.core?.hasOutput()) this.drain();
  }

  drain() {
    for (;;) {
      const output = /** @type {Sotto.Output | undefined} */ (this.attempt(null, (core) => core.pollOutput()));
      if (!output) break;
      if (output.kind === 'forget-key') this.frames?.forget(output.key);
      else this.desk.handleOutput(output);
    }
    this.schedule(this.attempt(null, (core) => core.pollTimeout()));
  }

  /** @param {number | undefined} deadline */
  schedule(deadline) {
    if (deadline === this.deadline) return;
    clearTimeout(this.timer);
    this.deadline = deadline;
    if (deadline === undefined) return;
    this.timer = setTimeout(() => this.handleTimeout(), Math.max(0, deadline - performance.now()));
  }

  handleTimeout() {
    this.deadline = undefined;
    this.call(null, (core, now) => core.handleTimeout(now));
  }

  die() {
    this.dead = true;
    this.core = null;
    this.frames = null;
    clearTimeout(this.timer);
    this.desk.handleCrash();
  }
}
