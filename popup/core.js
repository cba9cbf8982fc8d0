/**
 * The popup's way to the core worker, which is of the same origin and needs no page between.
 */

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
  /** @param {Sotto.PopupToCore} message */
  const post = (message) => port.postMessage(message);
  port.onmessage = ({ data }) => {
    const message = /** @type {Sotto.CoreToPopup} */ (data);
    if (message.kind === 'view' && message.tab === tab) show(message.view);
  };
  post({ kind: 'watch', tab, reach, on, lock });
  return {
    /** @param {boolean} value */
    toggle: (value) => post({ kind: 'toggle', tab, on: value }),
  };
}
