/**
 * Page side: a page that replaces every function that it can reach. The replacements do as the
 * originals, but for a caller of the extension's: those are kept in `window.caught`, and fail.
 */

/** To be run as the first script of a document: nothing of a page can be earlier. */
export function tamper() {
  /** @type {string[]} */
  const caught = (/** @type {any} */ (window).caught = []);
  const { apply, construct, defineProperty, ownKeys, getOwnPropertyDescriptor } = Reflect;
  const { assign, create, setPrototypeOf } = Object;
  const NativeError = Error;
  const { split, includes, endsWith } = String.prototype;
  const { push } = Array.prototype;
  NativeError.stackTraceLimit = 12;

  /** Whether the first caller that isn't the browser's own code is a script of an extension. */
  const byExtension = () => {
    const lines = apply(split, new NativeError().stack ?? '', ['\n']);
    // A member of the page's own argument, which the browser would read just so.
    if (apply(endsWith, lines[4] ?? '', ['at get (<anonymous>)'])) return false;
    // Before it come the message, this function, `misbehave` and the replacement.
    for (let n = 4; n < lines.length; n += 1) {
      if (!apply(endsWith, lines[n], ['(<anonymous>)'])) return apply(includes, lines[n], ['chrome-extension:']);
    }
    return false;
  };

  /** @param {string} name */
  const misbehave = (name) => {
    if (!byExtension()) return;
    apply(push, caught, [name]);
    throw new NativeError(`caught ${name}`);
  };

  /** @param {Function} original @param {string} name */
  const replacement = (original, name) => {
    /** @this {unknown} @param {unknown[]} args */
    const stand = function (...args) {
      misbehave(name);
      return new.target ? construct(original, args, new.target === stand ? original : new.target) : apply(original, this, args);
    };
    const { value } = getOwnPropertyDescriptor(original, 'prototype') ?? {};
    if (value) defineProperty(stand, 'prototype', { value });
    // What belongs to the original is found through its stand-in.
    return setPrototypeOf(stand, original);
  };

  /** @param {PropertyDescriptor} members @returns {PropertyDescriptor} */
  const bare = (members) => assign(create(null), members);
  let replaced = 0;
  /** @param {any} holder @param {string} name */
  const replaceAll = (holder, name) => {
    for (const key of ownKeys(holder)) {
      const property = getOwnPropertyDescriptor(holder, key);
      if (!property?.configurable || key === 'constructor') continue;
      for (const part of /** @type {const} */ (['value', 'get', 'set'])) {
        if (typeof property[part] !== 'function') continue;
        property[part] = replacement(property[part], `${name}.${String(key)}`);
        replaced += 1;
      }
      defineProperty(holder, key, property);
    }
  };

  const globals = ownKeys(window).map((key) => [String(key), getOwnPropertyDescriptor(window, key)?.value]);
  for (const [name, value] of globals) {
    if (typeof value === 'function' && value.prototype) replaceAll(value.prototype, `${name}.prototype`);
    if (typeof value === 'function' || name === 'Reflect' || name === 'Math' || name === 'JSON') replaceAll(value, name);
  }
  replaceAll(Object.getPrototypeOf([][Symbol.iterator]()), 'ArrayIterator');
  replaceAll(window, 'window');
  // What a dictionary or descriptor with a prototype would be asked for.
  const names = ['detail', 'relatedTarget', 'altKey', 'screenX', 'get', 'set', 'value', 'writable', 'enumerable',
    'configurable', 'apply', 'construct', 'transform', 'act', 'next', 'readable', 'then'];
  /** Only for a while: no descriptor of the page's own would be valid either. */
  /** @type {any} */ (window).pollute = () => {
    for (const name of names) {
      const get = () => { misbehave(`Object.prototype.${name}`); };
      // Assigning the name to an object makes it an own property, as without this.
      /** @this {object} @param {unknown} value */
      const set = function (value) {
        defineProperty(this, name, bare({ value, writable: true, enumerable: true, configurable: true }));
      };
      defineProperty(Object.prototype, name, bare({ get, set, configurable: true }));
    }
    return () => names.forEach((name) => Reflect.deleteProperty(Object.prototype, name));
  };
  /** @type {any} */ (window).replaced = replaced;
}

/** Everything of a connection that the hook has a part in, in turn. */
export async function useEverything() {
  const cleanse = /** @type {any} */ (window).pollute();
  const near = new RTCPeerConnection();
  const far = new RTCPeerConnection({ iceServers: [] });
  const flagged = new RTCPeerConnection(/** @type {any} */ ({ encodedInsertableStreams: true }));
  const [track] = /** @type {any} */ (window).call.stream.getVideoTracks();
  const sender = near.addTrack(track);
  const late = near.addTransceiver('audio');
  /** @type {any} */ (far).addStream?.(/** @type {any} */ (window).call.stream);
  near.createDataChannel('chat');
  near.setConfiguration(near.getConfiguration());
  await near.setLocalDescription(await near.createOffer());
  await far.setRemoteDescription(/** @type {any} */ (near.localDescription));
  await far.setLocalDescription();
  const answer = /** @type {any} */ (far.localDescription);
  await new Promise((resolve, reject) => { /** @type {any} */ (near).setRemoteDescription(answer, resolve, reject); });
  near.restartIce();
  await sender.replaceTrack(null);
  const end = /** @type {any} */ (late.sender);
  const worker = new Worker(URL.createObjectURL(new Blob([''])));
  end.transform = new RTCRtpScriptTransform(worker, {});
  const shown = end.transform;
  end.transform = null;
  const streams = /** @type {any} */ (flagged.addTransceiver('video').sender).createEncodedStreams();
  streams.readable.pipeTo(streams.writable).catch(() => {});
  for (const peer of [near, far, flagged]) peer.close();
  cleanse();
  return shown instanceof RTCRtpScriptTransform;
}

/** Hands the hook a replacement to be called as the page's own, which has to be caught. */
export async function haveOneCaught() {
  const near = new RTCPeerConnection();
  const far = new RTCPeerConnection();
  near.createDataChannel('chat');
  await near.setLocalDescription();
  const described = /** @type {any} */ (Math.abs);
  const applied = new Promise((resolve) => { far.addEventListener('signalingstatechange', resolve, { once: true }); });
  /** @type {any} */ (far).setRemoteDescription(near.localDescription, described, () => {});
  await applied;
  await new Promise((resolve) => { setTimeout(resolve, 100); });
  for (const peer of [near, far]) peer.close();
  return /** @type {any} */ (window).caught.splice(0);
}
