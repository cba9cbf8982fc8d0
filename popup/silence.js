/**
 * What becomes of a view when no other follows it. While Sotto is on, the core sends one twice a
 * second, and what was last shown must not stay: each view says what it falls back to, and in the
 * end nobody vouches for it any more. While it is off, only who asked for something waits.
 */

import { crashedView } from '../worker/crashed-view.js';

const SILENCE_MS = 5000;

/** @type {Partial<Sotto.View>} */
const SILENT = { state: 'trouble', reason: 'core-silent', streams: [], safetyNumber: null };

/** Nothing was ever heard of it. @param {boolean} on @returns {Sotto.View} */
export const silentView = (on) => ({ ...crashedView(on), ...SILENT, problems: [] });

/** @param {NonNullable<Sotto.View['lapse']>} lapse @returns {Partial<Sotto.View>} */
const fallenBack = ({ state, reason }) => ({ state, reason, streams: [] });

export class Silence {
  /** @param {(view: Sotto.View) => void} show @param {boolean} on what the tab is set to */
  constructor(show, on) {
    this.show = show;
    this.last = silentView(on);
    /** @type {ReturnType<typeof setTimeout>[]} */
    this.timers = [];
  }

  /** Something was asked of the core that a view must answer. */
  begin() {
    if (this.timers.length === 0) this.later(SILENCE_MS, SILENT);
  }

  /** The core has spoken. @param {Sotto.View} view */
  end(view) {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers = [];
    this.last = view;
    if (!view.on) return;
    this.later(SILENCE_MS, SILENT);
    if (view.lapse) this.later(view.lapse.afterMs, fallenBack(view.lapse));
  }

  /** @param {number} pause @param {Partial<Sotto.View>} change */
  later(pause, change) {
    const { last } = this;
    this.timers.push(setTimeout(() => this.show({ ...last, ...change }), pause));
  }
}
