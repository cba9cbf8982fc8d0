/**
 * What the extension's scripts ask of a browser, for tests of them by themselves in Node: storage
 * that tells of its changes, locks, events that a test fires, and permission for every site. Each
 * test adds what else it needs.
 */

/** @typedef {Record<string, unknown>} Items */

/** An event of the browser's, and `fire` for the test. */
export function fakeEvent() {
  /** @type {((...args: any[]) => unknown)[]} */ const listeners = [];
  return {
    addListener: (/** @type {(...args: any[]) => unknown} */ listener) => void listeners.push(listener),
    fire: (/** @type {any[]} */ ...args) => Promise.all(listeners.map((listener) => listener(...args))),
  };
}

/** @param {string} name @param {ReturnType<typeof fakeEvent>} onAnyChange */
function fakeArea(name, onAnyChange) {
  /** @type {Items} */ const items = {};
  const onChanged = fakeEvent();
  /** @param {Items} changes */
  const tell = (changes) => {
    if (Object.keys(changes).length === 0) return;
    onChanged.fire(changes);
    onAnyChange.fire(changes, name);
  };
  return {
    items,
    onChanged,
    get: async (/** @type {string | null} */ key) => (key === null ? { ...items } : key in items ? { [key]: items[key] } : {}),
    set: async (/** @type {Items} */ values) => {
      const changed = Object.entries(values).filter(([key, value]) => items[key] !== value);
      Object.assign(items, values);
      tell(Object.fromEntries(changed.map(([key, newValue]) => [key, { newValue }])));
    },
    remove: async (/** @type {string | string[]} */ keys) => {
      const gone = [keys].flat().filter((key) => key in items);
      for (const key of gone) delete items[key];
      tell(Object.fromEntries(gone.map((key) => [key, {}])));
    },
  };
}

/** One holder of a name at a time, in order. */
function fakeLocks() {
  /** @type {Map<string, Promise<unknown>>} */ const last = new Map();
  return {
    request: (/** @type {string} */ name, /** @type {() => unknown} */ act) => {
      const done = (last.get(name) ?? Promise.resolve()).then(act);
      last.set(name, done.catch(() => {}));
      return done;
    },
  };
}

/** Puts a browser in place, with these parts of `chrome` beside its storage. @param {object} [parts] */
export function fakeBrowser(parts = {}) {
  const onChanged = fakeEvent();
  const session = fakeArea('session', onChanged);
  const local = fakeArea('local', onChanged);
  const permissions = { getAll: async () => ({ origins: ['<all_urls>'] }), onAdded: fakeEvent(), onRemoved: fakeEvent() };
  Object.assign(globalThis, { chrome: { storage: { session, local, onChanged }, permissions, ...parts } });
  Object.defineProperty(globalThis, 'navigator', { value: { locks: fakeLocks() }, configurable: true });
  return { session, local };
}
