/**
 * Page realm, last of the hook's files: notices a page that puts a transform
 * of its own on a sender or receiver, and keeps the relay's out of its sight.
 *
 * Nothing is prevented here; the relay sees what became of its own transform
 * and decides.
 */
'use strict';
{
  const { apply, weakGet, weakSet, wrap, notify } = sottoHook;

  /** @type {WeakMap<object, unknown>} */
  const chosen = new WeakMap();

  for (const kind of [globalThis.RTCRtpSender, globalThis.RTCRtpReceiver]) {
    if (!kind) continue;
    wrap(kind.prototype, 'transform', 'set', (native, self, args) => {
      apply(native, self, args);
      weakSet(chosen, self, args[0] ?? null);
      notify('page-transform', 0);
    });
    wrap(kind.prototype, 'transform', 'get', (native, self, args) => {
      apply(native, self, args);
      return weakGet(chosen, self) ?? null;
    });
    wrap(kind.prototype, 'createEncodedStreams', 'value', (native, self, args) => {
      const streams = apply(native, self, args);
      notify('page-streams', 0);
      return streams;
    });
  }

  Reflect.deleteProperty(globalThis, 'sottoHook');
}
