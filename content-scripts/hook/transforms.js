/**
 * Page realm, last of the hook's files: a page that puts a transform of its
 * own on a sender or receiver. While Sotto is off it has its way; before that
 * is known, and while on, its transform waits and its streams are held back.
 * The relay's transforms are kept out of its sight.
 */
'use strict';
{
  const { apply, weakGet, weakSet, wrap, notify } = sottoHook;
  const { locate, announceStreams, gated, isPassing, whenPassing, refuseIfAbandoned } = sottoHook;

  /** @type {WeakMap<object, unknown>} */
  const chosen = new WeakMap();
  /** @type {WeakMap<object, boolean>} ends that are in line: once each, however often they are set */
  const inLine = new WeakMap();

  /**
   * Not even null may take the relay's transform away: what is sent before it is back goes past it.
   * An object of another realm, or without a prototype, may be a transform; what is none fails at once.
   * @param {unknown} value
   */
  const mustWait = (value) => !isPassing() && typeof value === 'object';

  /** The last one that was set is the one that counts. @param {Function} native @param {object} end */
  function setWhenPassing(native, end) {
    if (weakGet(inLine, end)) return;
    weakSet(inLine, end, true);
    whenPassing(() => {
      weakSet(inLine, end, false);
      const value = weakGet(chosen, end);
      if (!value) return;
      try {
        apply(native, end, [value]);
      } catch {
        // It was used elsewhere meanwhile; there is nobody left to tell.
      }
    });
  }

  for (const kind of [globalThis.RTCRtpSender, globalThis.RTCRtpReceiver]) {
    if (!kind) continue;
    const shown = Object.getOwnPropertyDescriptor(kind.prototype, 'transform')?.get;
    wrap(kind.prototype, 'transform', 'set', (native, self, args) => {
      refuseIfAbandoned();
      const value = args[0] ?? null;
      if (mustWait(value)) {
        apply(/** @type {Function} */ (shown), self, []);
        setWhenPassing(native, self);
      } else {
        apply(native, self, args);
      }
      weakSet(chosen, self, value);
      notify('page-transform', 0, value !== null);
    });
    wrap(kind.prototype, 'transform', 'get', (native, self, args) => {
      apply(native, self, args);
      return weakGet(chosen, self) ?? null;
    });
    wrap(kind.prototype, 'createEncodedStreams', 'value', (native, self, args) => {
      const place = locate(self);
      if (!place) return apply(native, self, args);
      const streams = apply(native, self, args);
      announceStreams('page-streams', place);
      return gated(streams, place.sends);
    });
  }

  Reflect.deleteProperty(globalThis, 'sottoHook');
}
