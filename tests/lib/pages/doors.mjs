/**
 * Page side: the ways by which a page may try to come to an RTCPeerConnection that no hook has
 * touched, each a function from a name; and what leaves by it.
 */

/**
 * For each door, the bytes of media that leave a connection made behind it, or null where there
 * is no door.
 * @returns {Promise<Record<string, number | null>>}
 */
export async function tryDoors() {
  /** @param {string} html */
  const inserted = (html) => {
    const at = window.length;
    const box = document.createElement('div');
    document.body.append(box);
    // eslint-disable-next-line no-restricted-properties -- this door is made of markup
    box.innerHTML = html;
    return /** @type {any} */ (window[at]);
  };
  /** @param {string} [source] */
  const frame = (source) => {
    const element = document.createElement('iframe');
    if (source !== undefined) element.srcdoc = source;
    document.body.append(element);
    return element;
  };
  /** @param {HTMLIFrameElement} element @returns {any} */
  const within = ({ contentWindow }) => contentWindow;
  /** @param {HTMLElement} element */
  const loaded = (element) => new Promise((resolve) => { element.addEventListener('load', () => resolve(element), { once: true }); });
  /** What is there before the frame's document; which doesn't come then. @param {string} address */
  const early = (address) => {
    const element = document.createElement('iframe');
    element.src = address;
    document.body.append(element);
    const { RTCPeerConnection: Peer } = within(element);
    within(element).stop();
    return Peer;
  };
  /** @param {string} address */
  const opened = (address) => {
    const other = /** @type {any} */ (window.open(address, '_blank', 'popup,width=200,height=200'));
    const { RTCPeerConnection: Peer } = other ?? {};
    other?.stop();
    setTimeout(() => other?.close(), 4_000);
    return Peer;
  };
  const page = new Blob(['<p>A frame</p>'], { type: 'text/html' });
  /** @type {Record<string, () => any>} */
  const doors = {
    itself: () => RTCPeerConnection,
    'the older name': () => /** @type {any} */ (window).webkitRTCPeerConnection,
    'prototype.constructor': () => RTCPeerConnection.prototype.constructor,
    'own property of the window': () => Object.getOwnPropertyDescriptor(window, 'RTCPeerConnection')?.value,
    'a subclass': () => class extends RTCPeerConnection {},
    bound: () => RTCPeerConnection.bind(null),
    'what says that it is undefined, as configuration': () => function () {
      return new RTCPeerConnection(/** @type {any} */ (document.all));
    },
    'Reflect.construct for another target': () => function () {
      return Reflect.construct(RTCPeerConnection, [], class extends EventTarget {});
    },
    'the constructor of an instance': () => new RTCPeerConnection().constructor,
    'an iframe that was loaded': async () => {
      const element = document.createElement('iframe');
      document.body.append(element);
      await new Promise((resolve) => { setTimeout(resolve, 100); });
      return within(element)?.RTCPeerConnection;
    },
    'a srcdoc that was loaded': async () => {
      const element = frame('<p>A frame</p>');
      await loaded(element);
      return within(element)?.RTCPeerConnection;
    },
    'an iframe in the same task': () => within(frame()).RTCPeerConnection,
    'innerHTML and window[n] in the same task': () => inserted('<iframe></iframe>').RTCPeerConnection,
    'a srcdoc in the same task': () => within(frame('')).RTCPeerConnection,
    'contentDocument.defaultView in the same task': () => /** @type {any} */ (frame().contentDocument)?.defaultView.RTCPeerConnection,
    'an object element in the same task': () => inserted('<object data="about:blank"></object>')?.RTCPeerConnection,
    'an embed element in the same task': () => inserted('<embed src="about:blank">')?.RTCPeerConnection,
    'a sandboxed frame without scripts': async () => {
      const element = document.createElement('iframe');
      element.setAttribute('sandbox', 'allow-same-origin');
      element.src = location.href;
      document.body.append(element);
      await loaded(element);
      return within(element)?.RTCPeerConnection;
    },
    'a document made by XSLT': () => {
      const parse = (/** @type {string} */ text) => new DOMParser().parseFromString(text, 'text/xml');
      const processor = new XSLTProcessor();
      processor.importStylesheet(parse('<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/"><html><body/></html></xsl:template></xsl:stylesheet>'));
      return /** @type {any} */ (processor.transformToDocument(parse('<a/>')).defaultView)?.RTCPeerConnection;
    },
    'a frame of an address in the same task': () => early(location.href),
    'a frame of a javascript: address in the same task': () => early('javascript:"<p>A frame</p>"'),
    'a frame of a blob: address in the same task': () => early(URL.createObjectURL(page)),
    'a frame of a data: address in the same task': () => early('data:text/html,<p>A frame</p>'),
    'a window opened in the same task': () => opened('about:blank'),
    'a window of an address opened in the same task': () => opened(location.href),
  };
  const [track] = /** @type {any} */ (window).call.stream.getVideoTracks();
  /** @param {any} Peer */
  const leaves = async (Peer) => {
    // What a forged target made has no methods of its own: a page would borrow them.
    const methods = /** @type {any} */ (RTCPeerConnection.prototype);
    const near = new Peer(), far = new Peer();
    const on = (/** @type {any} */ peer, /** @type {string} */ name, /** @type {any[]} */ ...args) => methods[name].apply(peer, args);
    const local = (/** @type {any} */ peer) => Object.getOwnPropertyDescriptor(methods, 'localDescription')?.get?.call(peer);
    for (const [from, to] of [[near, far], [far, near]]) {
      EventTarget.prototype.addEventListener.call(from, 'icecandidate', (/** @type {any} */ { candidate }) => candidate && on(to, 'addIceCandidate', candidate).catch(() => {}));
    }
    on(near, 'addTrack', track);
    await on(near, 'setLocalDescription');
    await on(far, 'setRemoteDescription', local(near));
    await on(far, 'setLocalDescription');
    await on(near, 'setRemoteDescription', local(far));
    for (let n = 0; n < 30; n += 1) {
      await new Promise((resolve) => { setTimeout(resolve, 100); });
      const reports = [...(await on(near, 'getStats')).values()];
      const bytes = reports.filter(({ type }) => type === 'outbound-rtp').reduce((sum, { bytesSent }) => sum + bytesSent, 0);
      if (bytes > 0) return bytes;
    }
    return 0;
  };
  /** @type {Record<string, number | null>} */
  const found = {};
  await Promise.all(Object.entries(doors).map(async ([name, open]) => {
    const Peer = await open();
    found[name] = Peer ? await leaves(Peer) : null;
  }));
  return found;
}
