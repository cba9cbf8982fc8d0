/**
 * The popup's way to the core worker, which is of the same origin and needs no page between.
 */

import { connectAsOurs } from '../worker/connect.js';
import { watchCuts } from '../worker/cuts.js';
import { holdLock } from '../worker/hold-lock.js';
import { watchName } from '../worker/name.js';
import { followOn } from '../sites/tabs.js';
import { Silence, silentView } from './silence.js';

/**
 * @param {number} tab
 * @param {Sotto.Reach | null} reach none from who only looks on
 * @param {boolean} on
 * @param {(view: Sotto.View) => void} show
 * @param {(look: Sotto.Look) => void} [handleLook]
 */
export async function connect(tab, reach, on, show, handleLook) {
  const silence = new Silence(show, on);
  silence.begin();
  const lock = await holdLock('popup');
  const port = await connectAsOurs();
  let isRefused = false;
  /** @param {Sotto.View} view */
  const handleView = (view) => {
    silence.end(view);
    show(view);
  };
  /** @param {Sotto.PopupToCore | Sotto.CutsToCore | Sotto.ReachToCore | Sotto.NameToCore} message */
  const post = (message) => port.postMessage(message);
  port.onmessage = ({ data }) => {
    const message = /** @type {Sotto.CoreToPopup} */ (data);
    if (message.kind === 'refused') {
      isRefused = true;
      return handleView(silentView(on));
    }
    if (message.tab !== tab) return;
    if (message.kind === 'still') return handleLook?.(message);
    handleView(message.view);
  };
  /** @param {boolean} value */
  const turn = (value) => post({ kind: 'toggle', tab, on: value });
  post(reach ? { kind: 'watch', tab, reach, on, lock } : { kind: 'watch', tab, on, lock });
  // What a popup says holds while it is open, so it says what becomes of that: a tab that goes to
  // another origin is forgotten by the background.
  if (reach) followOn(tab, turn);
  // Nobody waits for these: with the first view the popup takes clicks.
  watchCuts(tab, post);
  watchName(post);
  return {
    /** @param {boolean} value */
    toggle: (value) => {
      if (isRefused) return handleView(silentView(value));
      silence.begin();
      turn(value);
    },
    /** @param {Sotto.Reach} value */
    reach: (value) => post({ kind: 'reach', tab, reach: value }),
    /** @param {number} page @param {number} stream */
    look: (page, stream) => post({ kind: 'look', tab, page, stream }),
  };
}
