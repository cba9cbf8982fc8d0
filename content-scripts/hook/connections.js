/**
 * Page realm: replaces RTCPeerConnection and those of its methods after which
 * a transceiver can exist that did not before, and tells the relay each time.
 *
 * The relay has its own view of the same connection and does the rest there:
 * transforms, control channel, what the far side's description needs. The
 * native's own promise goes back to the page. What `stand-ins.js` holds is told
 * of tracks that are added or removed meanwhile.
 */
'use strict';
{
  const { apply, bare, construct, uncurry, weakGet, weakSet, disguise, wrap, afterwards, preceded } = sottoHook;
  const { notify, announce, consult, whenTold, overlay, refuseIfAbandoned } = sottoHook;
  const { forConstruction, forChange, asThePageSetIt, whileSet, inPlaceOf } = sottoHook;
  const { handleAdded, handleRemoved, handleStreamRemoved, handleClosed } = sottoHook;
  const Native = globalThis.RTCPeerConnection;

  const NativeWeakRef = WeakRef;
  const deref = uncurry(WeakRef.prototype.deref);
  const sendersOf = uncurry(Native?.prototype.getSenders);
  const receiversOf = uncurry(Native?.prototype.getReceivers);
  const signalingStateOf = uncurry(
    Native && Object.getOwnPropertyDescriptor(Native.prototype, 'signalingState')?.get,
  );

  /** @typedef {{reference: WeakRef<any>, number: number, next: Known} | null} Known */
  /** @type {WeakMap<object, {number: number, hadFlag: boolean}>} */
  const connections = new WeakMap();
  /** @type {Known} what is left of those */
  let known = null;
  let created = 0;

  /** @param {any} peer @param {boolean} hadFlag */
  function remember(peer, hadFlag) {
    created += 1;
    weakSet(connections, peer, { number: created, hadFlag });
    known = bare({ reference: new NativeWeakRef(peer), number: created, next: withoutGone(known) });
    announce(peer, created, hadFlag);
    return peer;
  }

  /** @param {Known} list @returns {Known} */
  function withoutGone(list) {
    /** @type {Known} */
    let left = null;
    for (; list; list = list.next) {
      const peer = deref(list.reference);
      if (peer && signalingStateOf(peer) !== 'closed') left = bare({ reference: list.reference, number: list.number, next: left });
    }
    return left;
  }

  // The relay can close one, beside the page's method.
  whenTold('closed', () => {
    for (let one = known; one; one = one.next) {
      const peer = deref(one.reference);
      if (peer && signalingStateOf(peer) === 'closed') handleClosed(peer);
    }
  });

  /** @param {unknown[]} ends @param {unknown} end */
  function indexIn(ends, end) {
    for (let index = 0; index < ends.length; index += 1) if (ends[index] === end) return index;
    return -1;
  }

  /** @param {object} peer @param {number} connection @param {object} end @returns {SottoPlace | null} */
  function locateIn(peer, connection, end) {
    const sender = indexIn(sendersOf(peer), end);
    if (sender >= 0) return { connection, index: sender, sends: true };
    const receiver = indexIn(receiversOf(peer), end);
    return receiver >= 0 ? { connection, index: receiver, sends: false } : null;
  }

  /** @type {SottoHook['locate']} */
  sottoHook.locate = (end) => {
    for (let one = known; one; one = one.next) {
      const peer = deref(one.reference);
      const place = peer ? locateIn(peer, one.number, end) : null;
      if (place) return place;
    }
    return null;
  };

  const standIn = () =>
    disguise(Native, {
      construct(target, args, newTarget) {
        refuseIfAbandoned();
        const { flagged, wanted } = forConstruction(args[0]);
        return remember(construct(target, [flagged, args[1]], newTarget), wanted());
      },
    });

  /* eslint-disable sotto/captured -- called once, below, before the page runs */
  function replaceConstructor() {
    const StandIn = standIn();
    for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection']) {
      const property = Object.getOwnPropertyDescriptor(globalThis, name);
      if (property?.value === Native) Object.defineProperty(globalThis, name, { ...property, value: StandIn });
    }
    const property = Object.getOwnPropertyDescriptor(Native.prototype, 'constructor');
    Object.defineProperty(Native.prototype, 'constructor', { ...property, value: StandIn });
  }
  /* eslint-enable sotto/captured */

  /**
   * @param {string} name
   * @param {(call: (args: any[]) => any, args: any[], connection: {number: number, hadFlag: boolean}, peer: object) => unknown} around
   */
  function wrapMethod(name, around) {
    wrap(Native.prototype, name, 'value', (native, self, args) => {
      const connection = weakGet(connections, self);
      if (!connection) return apply(native, self, args);
      return around((changed) => apply(native, self, changed), args, connection, self);
    });
  }

  /** @param {string} name @param {string | null} before @param {string | null} after */
  function reportAround(name, before, after) {
    wrapMethod(name, (call, args, { number }) => {
      refuseIfAbandoned();
      if (before) notify(before, number);
      const result = call(args);
      if (after) notify(after, number);
      return result;
    });
  }

  /** @param {unknown} description @param {number} number */
  function consulted(description, number) {
    /** @type {{type: unknown} | null} */
    let early = null;
    return overlay(description, (name, get) => {
      if (name === 'type' && early) return early.type;
      const value = get(name);
      if (name !== 'sdp' || typeof value !== 'string') return value;
      early = { type: get('type') };
      return typeof early.type === 'string' ? consult(number, early.type, value) : value;
    });
  }

  /**
   * A page can offer to receive by the options alone: the browser makes what does once it has read them.
   * @param {unknown} options @param {number} number
   */
  function announced(options, number) {
    return overlay(options, (name, get) => {
      const value = get(name);
      const isMedia = name === 'offerToReceiveAudio' || name === 'offerToReceiveVideo';
      if (isMedia && (value === true || (typeof value === 'number' && value > 0))) notify('offering', number, true);
      return value;
    });
  }

  function wrapDescriptions() {
    wrapMethod('setRemoteDescription', (call, args, { number }) => {
      refuseIfAbandoned();
      const described = () => notify('described', number);
      if (args.length > 0) args[0] = consulted(args[0], number);
      if (args.length > 1) args[1] = preceded(args[1], described);
      const promise = call(args);
      afterwards(promise, described);
      return promise;
    });
    wrapMethod('setLocalDescription', (call, args, { number }, peer) => {
      refuseIfAbandoned();
      if (args[0] === undefined || args[0] === null) notify('offering', number);
      return whileSet(peer, call, args);
    });
    wrapMethod('createOffer', (call, args, { number }) => {
      refuseIfAbandoned();
      notify('offering', number);
      const place = args.length > 1 ? 2 : 0;
      if (args.length > place) args[place] = announced(args[place], number);
      const result = call(args);
      notify('offered', number);
      return result;
    });
  }

  function wrapConfiguration() {
    wrapMethod('getConfiguration', (call, args, { hadFlag }) => asThePageSetIt(call(args), hadFlag));
    wrapMethod('setConfiguration', (call, args, { hadFlag }) =>
      call([forChange(args[0], hadFlag)]),
    );
  }

  function wrapEnds() {
    wrapMethod('addTrack', (call, args, { number }, peer) => {
      refuseIfAbandoned();
      const track = args[0];
      if (args.length > 0) args[0] = inPlaceOf(peer, track);
      const sender = call(args);
      handleAdded(sender, track);
      notify('sweep', number);
      return sender;
    });
    wrapMethod('removeTrack', (call, args) => {
      call(args);
      handleRemoved(args[0]);
    });
    wrapMethod('removeStream', (call, args, _, peer) => {
      call(args);
      handleStreamRemoved(peer, args[0]);
    });
    wrapMethod('getStats', (call, args, _, peer) => {
      if (args.length > 0) args[0] = inPlaceOf(peer, args[0]);
      return call(args);
    });
    wrapMethod('close', (call, args, { number }, peer) => {
      call(args);
      handleClosed(peer);
      notify('close', number);
    });
  }

  if (Native) {
    replaceConstructor();
    for (const name of ['addTransceiver', 'addStream']) reportAround(name, null, 'sweep');
    wrapEnds();
    reportAround('createDataChannel', 'page-channel', null);
    reportAround('restartIce', null, 'ice-restart');
    wrapDescriptions();
    wrapConfiguration();
  }
}
