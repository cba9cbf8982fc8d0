/**
 * Page realm, first of the hook's files: copies of everything native that the
 * hook uses, taken before a script of the page can replace any of it, and the
 * one way in which the hook replaces a native itself.
 *
 * The files of the hook share one object under a temporary global name; the
 * last of them deletes it, all before the page runs. Not here: any decision.
 */
'use strict';
{
  const { apply, construct, defineProperty, deleteProperty } = Reflect;
  const { get: read, getOwnPropertyDescriptor } = Reflect;

  /**
   * The page can change `Function.prototype.call`, so a native is kept as a
   * plain function that takes its receiver first.
   * @param {Function | undefined} native
   * @returns {(self: unknown, ...rest: any[]) => any}
   */
  const uncurry =
    (native) =>
    (self, ...rest) =>
      apply(/** @type {Function} */ (native), self, rest);

  const weakGet = uncurry(WeakMap.prototype.get);
  const weakSet = uncurry(WeakMap.prototype.set);
  const then = uncurry(Promise.prototype.then);
  const functionToString = Function.prototype.toString;
  const { assign, create } = Object;
  const NativeProxy = Proxy;

  /**
   * A dictionary or handler with a prototype would take members from the page.
   * @template {object} T
   * @param {T} members
   * @returns {T}
   */
  const bare = (members) => assign(create(null), members);

  /** @type {WeakMap<object, Function>} */
  const originals = new WeakMap();

  /**
   * A stand-in that has the native's name, length, prototype and source text.
   * @template {Function} F
   * @param {F} native
   * @param {ProxyHandler<F>} traps
   * @returns {F}
   */
  function disguise(native, traps) {
    const standIn = new NativeProxy(native, bare(traps));
    weakSet(originals, standIn, native);
    return standIn;
  }

  /**
   * @param {object} holder
   * @param {PropertyKey} name
   * @param {'value' | 'get' | 'set'} part
   * @param {(native: Function, self: any, args: any[]) => unknown} around
   */
  function wrap(holder, name, part, around) {
    const property = getOwnPropertyDescriptor(holder, name);
    const native = property?.[part];
    if (typeof native !== 'function') return;
    const standIn = disguise(native, {
      apply: (target, self, args) => around(target, self, args),
    });
    defineProperty(holder, name, { ...property, [part]: standIn });
  }

  /**
   * Runs `done` before any reaction the page registers. The constructor is
   * hidden for that moment, or a page could choose what `then` constructs.
   * @param {Promise<unknown>} promise
   * @param {() => void} done
   * @param {() => void} failed
   */
  function afterwards(promise, done, failed = () => {}) {
    defineProperty(promise, 'constructor', bare({ value: undefined, configurable: true }));
    then(promise, done, failed);
    deleteProperty(promise, 'constructor');
  }

  /**
   * A page's callback that runs after `first`; what is no function stays what it is.
   * @param {unknown} callback
   * @param {() => void} first
   */
  function preceded(callback, first) {
    if (typeof callback !== 'function') return callback;
    /** @this {unknown} @param {unknown[]} args */
    return function (...args) {
      first();
      return apply(callback, this, args);
    };
  }

  wrap(Function.prototype, 'toString', 'value', (native, self, args) =>
    apply(native, weakGet(originals, self) ?? self, args),
  );
  weakSet(originals, Function.prototype.toString, functionToString);

  Object.defineProperty(globalThis, 'sottoHook', {
    configurable: true,
    value: { apply, construct, defineProperty, read, bare, uncurry, weakGet, weakSet, disguise, wrap, afterwards, preceded },
  });
}
