/**
 * The popup's way to the core worker, which is of the same origin and needs no page between.
 */

const SILENCE_MS = 5000;

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
 * must not stay: nobody vouches for it any more.
 * @param {(view: Sotto.View) => void} show
 */
function watchSilence(show) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return (/** @type {Sotto.View} */ view) => {
    clearTimeout(timer);
    const silent = () => show({ ...view, state: 'trouble', reason: 'core-silent', streams: [], safetyNumber: null });
    if (view.on) timer = setTimeout(silent, SILENCE_MS);
  };
}

/**
 * @param {number} tab
 * @param {Sotto.Reach} reach
 * @param {boolean} on
 * @param {(view: Sotto.View) => void} show
 */
export async function connect(tab, reach, on, show) {
  const lock = await holdLock();
  const { port } = new SharedWorker(chrome.runtime.getURL('worker/core-worker.js'), {
    type: 'module',
    name: 'sotto-core',
  });
  const heard = watchSilence(show);
  /** @param {Sotto.PopupToCore} message */
  const post = (message) => port.postMessage(message);
  port.onmessage = ({ data }) => {
    const message = /** @type {Sotto.CoreToPopup} */ (data);
    if (message.kind !== 'view' || message.tab !== tab) return;
    heard(message.view);
    show(message.view);
  };
  post({ kind: 'watch', tab, reach, on, lock });
  return {
    /** @param {boolean} value */
    toggle: (value) => post({ kind: 'toggle', tab, on: value }),
  };
}
