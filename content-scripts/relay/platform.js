/**
 * Isolated world: all that browsers do differently for the relay, told by what
 * they have and not by their names.
 *
 * Chromium gives this world wrappers of its own around the page's objects.
 * Firefox shows the page's objects themselves, through wrappers that let us
 * see the native side of each (Xray vision): a dictionary of ours must be made
 * in the page's realm, bytes of the page's must be copied into ours, and what
 * no wrapper can walk is walked by a native that was taken before the page ran.
 */
const sottoPlatform = (() => {
  const { cloneInto, exportFunction } = /** @type {any} */ (globalThis);
  const page = /** @type {any} */ (window).wrappedJSObject;
  const eachEntry = page?.RTCStatsReport?.prototype.forEach;

  return {
    /**
     * Whether the page's thread can have encoded frames too. Where it can, a
     * stream without a transform is silent, by the flag that the hook sets, and
     * can wait for its own; where it can't, it is in clear.
     */
    hasEncodedStreams: 'createEncodedStreams' in (globalThis.RTCRtpSender?.prototype ?? {}),

    /**
     * Chromium names the surface of a captured picture, and one of the settings of sound is a display
     * capture's alone. Firefox names none, and captures no sound; but what is captured has a frame
     * rate, and of that all but the display is a device.
     * @param {Record<string, unknown>} settings of a track
     */
    isOfDisplay(settings) {
      if (this.hasEncodedStreams) return 'displaySurface' in settings || 'restrictOwnAudio' in settings;
      return 'frameRate' in settings && !('deviceId' in settings);
    },

    /** @template T @param {T} dictionary @returns {T} */
    forPage: (dictionary) => (cloneInto ? cloneInto(dictionary, window) : dictionary),

    /** @param {unknown} data @returns {ArrayBuffer | null} bytes that can be handed on */
    bytesOf(data) {
      if (data instanceof ArrayBuffer || !page) return data instanceof ArrayBuffer ? data : null;
      if (!(data instanceof page.ArrayBuffer)) return null;
      const view = new Uint8Array(/** @type {ArrayBuffer} */ (data));
      const own = new Uint8Array(view.byteLength);
      own.set(view);
      return own.buffer;
    },

    /** @param {RTCStatsReport} report @returns {any[]} */
    entriesOf(report) {
      if (!eachEntry) return Array.from(report.values());
      /** @type {any[]} */
      const entries = [];
      Reflect.apply(eachEntry, report, [exportFunction((/** @type {any} */ entry) => entries.push(entry), window)]);
      return entries;
    },
  };
})();
