/**
 * The popup's way to the core worker, which is of the same origin and needs no page between.
 */

import { connectToCore } from '../worker/connect.js';
import { watchCuts } from '../worker/cuts.js';
import { watchName } from '../worker/name.js';

const SILENCE_MS = 5000;

/** @type {Partial<Sotto.View>} */
const SILENT = { state: 'trouble', reason: 'core-silent', streams: [], safetyNumber: null };

/** Held while this document lives: a port doesn't tell the worker that its other end is gone. */
async function holdLock() {
  const name = `sotto-popup-${crypto.randomUUID()}`;
  await new Promise((held) => {
    navigator.locks.request(name, () => {
      held(undefined);
      return new Promise(() => {});
    });
  });
  return name;
}

/**
 * While Sotto is on, the core sends a view twice a second. When none comes, what was last shown
 * must not stay: each view says what becomes of it, and in the end nobody vouches for it any more.
 * @param {(view: Sotto.View) => void} show
 */
function watchSilence(show) {
  /** @type {ReturnType<typeof setTimeout>[]} */
  let timers = [];
  return (/** @type {Sotto.View} */ view) => {
    for (const timer of timers) clearTimeout(timer);
    /** @param {number} pause @param {Partial<Sotto.View>} change */
    const later = (pause, change) => setTimeout(() => show({ ...view, ...change }), pause);
    timers = view.on ? [later(SILENCE_MS, SILENT)] : [];
    if (view.on && view.lapse) timers.push(later(view.lapse.afterMs, fallenBack(view.lapse)));
  };
}

/** @param {NonNullable<Sotto.View['lapse']>} lapse @returns {Partial<Sotto.View>} */
const fallenBack = ({ state, reason }) => ({ state, reason, streams: [] });

/**
 * @param {number} tab
 * @param {Sotto.Reach | null} reach none from who only looks on
 * @param {boolean} on
 * @param {(view: Sotto.View) => void} show
 */
export async function connect(tab, reach, on, show) {
  const lock = await holdLock();
  const port = connectToCore();
  const heard = watchSilence(show);
  /** @param {Sotto.PopupToCore | Sotto.CutsToCore | Sotto.ReachToCore | Sotto.NameToCore} message */
  const post = (message) => port.postMessage(message);
  port.onmessage = ({ data }) => {
    const message = /** @type {Sotto.CoreToPopup} */ (data);
    if (message.kind !== 'view' || message.tab !== tab) return;
    heard(message.view);
    show(message.view);
  };
  post(reach ? { kind: 'watch', tab, reach, on, lock } : { kind: 'watch', tab, on, lock });
  // Nobody waits for these: with the first view the popup takes clicks.
  watchCuts(tab, post);
  watchName(post);
  return {
    /** @param {boolean} value */
    toggle: (value) => post({ kind: 'toggle', tab, on: value }),
    /** @param {Sotto.Reach} value */
    reach: (value) => post({ kind: 'reach', tab, reach: value }),
  };
}
