/**
 * Page realm: while a local description is set, a sender that may begin to
 * send by it has a stand-in for its track, which gives no sound and no picture.
 *
 * Chromium lets a sender begin, and gives it its transform after that: on a
 * connection that is up already, one track in twenty sends its first 20 ms of
 * sound in clear. The page goes on seeing its own track, and what it does to
 * the sender meanwhile holds. Before the first description nothing is up.
 */
'use strict';
{
  const { apply, bare, uncurry, weakGet, weakSet, wrap, afterwards, notify, isPassing } = sottoHook;
  const { RTCPeerConnection: NativePeer, RTCRtpTransceiver: NativeTransceiver, RTCRtpSender: NativeSender } = globalThis;
  const NativePromise = Promise;
  /** Where there is none, a sender has its transform before it begins. */
  const NativeGenerator = /** @type {any} */ (globalThis).MediaStreamTrackGenerator;

  const { getOwnPropertyDescriptor } = Object;
  /** @param {Function | undefined} kind @param {string} name */
  const getter = (kind, name) => uncurry(kind && getOwnPropertyDescriptor(kind.prototype, name)?.get);
  const transceiversOf = uncurry(NativePeer?.prototype.getTransceivers);
  const senderOf = getter(NativeTransceiver, 'sender');
  const currentDirectionOf = getter(NativeTransceiver, 'currentDirection');
  const trackOf = getter(NativeSender, 'track');
  const kindOf = getter(globalThis.MediaStreamTrack, 'kind');
  const stop = uncurry(globalThis.MediaStreamTrack?.prototype.stop);
  const replaceTrack = uncurry(NativeSender?.prototype.replaceTrack);

  /** @typedef {{act: () => void, next: Later} | null} Later what the page asked for, the last first */
  /** @typedef {{sender: object, track: unknown, put: unknown, over: boolean, later: Later}} Held `put`: by us, last */
  /** @typedef {{held: Held, next: List} | null} List */
  /** @type {WeakMap<object, {setting: number, list: List}>} by connection that has had a description set */
  const peers = new WeakMap();
  /** @type {WeakMap<object, Held | null>} */
  const bySender = new WeakMap();

  /** @param {unknown} transceiver */
  function isSending(transceiver) {
    const direction = currentDirectionOf(transceiver);
    return direction === 'sendrecv' || direction === 'sendonly';
  }

  /** Ended, it gives nothing, and the relay knows it by that. @param {unknown} track */
  function standInFor(track) {
    const standIn = new NativeGenerator(bare({ kind: kindOf(track) }));
    stop(standIn);
    return standIn;
  }

  /** @param {object} sender @param {unknown} track @returns {Held} */
  function hold(sender, track) {
    /** @type {Held} */
    const held = bare({ sender, track, put: standInFor(track), over: false, later: null });
    weakSet(bySender, sender, held);
    // It fails on a sender that has been stopped, which will not begin.
    afterwards(replaceTrack(sender, held.put), () => {});
    return held;
  }

  /** @param {unknown} peer @param {List} list @returns {List} */
  function withAllThatMayBegin(peer, list) {
    const transceivers = transceiversOf(peer);
    for (let index = 0; index < transceivers.length; index += 1) {
      const sender = senderOf(transceivers[index]);
      const track = trackOf(sender);
      if (!track || weakGet(bySender, sender) || isSending(transceivers[index])) continue;
      list = bare({ held: hold(sender, track), next: list });
    }
    return list;
  }

  /** @param {Later} later */
  function actInOrder(later) {
    /** @type {Later} */
    let ordered = null;
    for (; later; later = later.next) ordered = bare({ act: later.act, next: ordered });
    for (; ordered; ordered = ordered.next) {
      const { act } = ordered;
      act();
    }
  }

  /** Another track than we put there is there on purpose. @param {Held} held */
  function restore(held) {
    const { sender, track } = held;
    if (track === held.put || trackOf(sender) !== held.put) return release(held);
    held.put = track;
    afterwards(replaceTrack(sender, track), () => restore(held), () => giveUp(held));
  }

  /** @param {Held} held */
  function release({ sender, later }) {
    weakSet(bySender, sender, null);
    notify('replaced', 0);
    actInOrder(later);
  }

  /** It has been stopped, or its connection closed: it keeps what the page last saw. @param {Held} held */
  function giveUp(held) {
    held.over = true;
    actInOrder(held.later);
  }

  /** @param {{list: List}} state */
  function restoreAll(state) {
    let { list } = state;
    state.list = null;
    for (; list; list = list.next) restore(list.held);
  }

  /** @param {{setting: number, list: List}} state */
  function handleSet(state) {
    state.setting -= 1;
    if (state.setting === 0) restoreAll(state);
  }

  /** @type {SottoHook['whileSet']} */
  sottoHook.whileSet = (peer, set) => {
    if (!NativeGenerator) return set();
    const known = weakGet(peers, peer);
    const state = known ?? bare({ setting: 0, list: null });
    weakSet(peers, peer, state);
    if (known && !isPassing()) state.list = withAllThatMayBegin(peer, state.list);
    state.setting += 1;
    const promise = set();
    const done = () => handleSet(state);
    afterwards(promise, done, done);
    return promise;
  };

  /** @type {SottoHook['inPlaceOf']} */
  sottoHook.inPlaceOf = (peer, track) => {
    for (let list = weakGet(peers, peer)?.list; list; list = list.next) {
      if (list.held.track === track) return list.held.put;
    }
    return track;
  };

  /** What a connection that is closed was set to, nobody hears. @type {SottoHook['handleClosed']} */
  sottoHook.handleClosed = (peer) => {
    const state = weakGet(peers, peer);
    if (state) restoreAll(state);
  };

  /** @type {SottoHook['handleRemoved']} */
  sottoHook.handleRemoved = (sender) => {
    const held = weakGet(bySender, sender);
    if (held) held.track = null;
  };

  /** @param {Held} held @param {() => unknown} act @returns {Promise<unknown>} */
  function whenReleased(held, act) {
    return new NativePromise((resolve) => {
      held.later = bare({ act: () => resolve(act()), next: held.later });
    });
  }

  if (NativeSender) {
    wrap(NativeSender.prototype, 'replaceTrack', 'value', (native, self, args) => {
      const replace = () => {
        const promise = apply(native, self, args);
        afterwards(promise, () => notify('replaced', 0));
        return promise;
      };
      const held = weakGet(bySender, self);
      return held && !held.over ? whenReleased(held, replace) : replace();
    });
    wrap(NativeSender.prototype, 'track', 'get', (native, self, args) => {
      const track = apply(native, self, args);
      const held = weakGet(bySender, self);
      return held ? held.track : track;
    });
  }
}
