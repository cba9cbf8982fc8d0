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
  const { apply, bare, uncurry, weakGet, weakSet, wrap, afterwards, preceded, notify, isPassing } = sottoHook;
  const { RTCPeerConnection: NativePeer, RTCRtpTransceiver: NativeTransceiver, RTCRtpSender: NativeSender } = globalThis;
  const NativePromise = Promise;
  /** In Firefox, which has none, a sender has its transform before it begins. */
  const mayBeginInClear = 'createEncodedStreams' in (NativeSender?.prototype ?? {});
  const NativeGenerator = /** @type {any} */ (globalThis).MediaStreamTrackGenerator;

  const { getOwnPropertyDescriptor } = Object;
  /** @param {Function | undefined} kind @param {string} name */
  const getter = (kind, name) => uncurry(kind && getOwnPropertyDescriptor(kind.prototype, name)?.get);
  const transceiversOf = uncurry(NativePeer?.prototype.getTransceivers);
  const senderOf = getter(NativeTransceiver, 'sender');
  const currentDirectionOf = getter(NativeTransceiver, 'currentDirection');
  const trackOf = getter(NativeSender, 'track');
  const kindOf = getter(globalThis.MediaStreamTrack, 'kind');
  const clone = uncurry(globalThis.MediaStreamTrack?.prototype.clone);
  const stop = uncurry(globalThis.MediaStreamTrack?.prototype.stop);
  const removeTrack = uncurry(NativePeer?.prototype.removeTrack);
  const tracksOf = uncurry(globalThis.MediaStream?.prototype.getTracks);
  const replaceTrack = uncurry(NativeSender?.prototype.replaceTrack);

  /** @typedef {{act: () => void, next: Later} | null} Later what the page asked for, the last first */
  /**
   * `put`: by us, last. The browser shows a track some time after it was replaced: a description can
   * be set, or refused, before the stand-in is there (`landed`).
   * @typedef {{sender: object, track: unknown, put: unknown, landed: boolean, described: boolean,
   *   added: boolean, over: boolean, later: Later}} Held
   */
  /** @typedef {{held: Held, next: List} | null} List */
  /** @type {WeakMap<object, {setting: number, list: List}>} by connection that has had a description set */
  const peers = new WeakMap();
  /** @type {WeakMap<object, Held | null>} */
  const bySender = new WeakMap();
  /** @type {WeakMap<object, number>} how many tracks the page is replacing on a sender */
  const replacing = new WeakMap();

  /** @param {unknown} transceiver */
  function isSending(transceiver) {
    const direction = currentDirectionOf(transceiver);
    return direction === 'sendrecv' || direction === 'sendonly';
  }

  /**
   * Ended, it gives nothing, and the relay knows it by that. The generator is no standard; a clone is
   * made of whatever the page's track comes from.
   * @param {unknown} track
   */
  function standInFor(track) {
    const standIn = NativeGenerator ? new NativeGenerator(bare({ kind: kindOf(track) })) : clone(track);
    stop(standIn);
    return standIn;
  }

  /** @param {object} sender @param {unknown} track @returns {Held} */
  function hold(sender, track) {
    /** @type {Held} */
    const held = bare({ sender, track, put: standInFor(track), landed: false, described: false, added: false, over: false, later: null });
    weakSet(bySender, sender, held);
    // It fails on a sender that has been stopped, which will not begin.
    const land = () => {
      held.landed = true;
      restoreIfDue(held);
    };
    afterwards(replaceTrack(sender, held.put), land, land);
    return held;
  }

  /** @param {unknown} peer @param {List} list @returns {List} */
  function withAllThatMayBegin(peer, list) {
    const transceivers = transceiversOf(peer);
    for (let index = 0; index < transceivers.length; index += 1) {
      const sender = senderOf(transceivers[index]);
      const track = trackOf(sender);
      // What the page is replacing isn't known until it has been.
      if (!track || weakGet(bySender, sender) || weakGet(replacing, sender) > 0) continue;
      if (isSending(transceivers[index])) continue;
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

  /** @param {Held} held */
  function restoreIfDue(held) {
    if (held.landed && held.described) restore(held);
  }

  /** Another track than we put there is there on purpose. @param {Held} held */
  function restore(held) {
    const { sender, track } = held;
    const present = trackOf(sender);
    if (present === track || (present !== held.put && !held.added)) return release(held);
    held.put = track;
    held.added = false;
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
    const { later } = held;
    held.over = true;
    held.later = null;
    actInOrder(later);
  }

  /** @param {{list: List}} state @param {(held: Held) => void} first */
  function restoreAll(state, first) {
    let { list } = state;
    state.list = null;
    for (; list; list = list.next) {
      list.held.described = true;
      first(list.held);
      restoreIfDue(list.held);
    }
  }

  /**
   * With callbacks the promise is fulfilled at once and says nothing, unless it refuses them.
   * @param {(args: any[]) => any} call @param {any[]} args @param {() => void} done
   */
  function followed(call, args, done) {
    const hasCallbacks = typeof args[1] === 'function';
    const promise = call(hasCallbacks ? [args[0], preceded(args[1], done), orElse(args[2], done)] : args);
    afterwards(promise, hasCallbacks ? () => {} : done, done);
    return promise;
  }

  /** Without a callback of the page's, a failure would not be heard. @param {unknown} callback @param {() => void} done */
  function orElse(callback, done) {
    return callback === undefined || callback === null ? done : preceded(callback, done);
  }

  /** @type {SottoHook['whileSet']} */
  sottoHook.whileSet = (peer, call, args) => {
    if (!mayBeginInClear) return call(args);
    const known = weakGet(peers, peer);
    const state = known ?? bare({ setting: 0, list: null });
    weakSet(peers, peer, state);
    if (known && !isPassing()) state.list = withAllThatMayBegin(peer, state.list);
    // A promise that somebody waits for is one whose failure the browser doesn't report.
    if (!state.list) return call(args);
    state.setting += 1;
    return followed(call, args, () => {
      state.setting -= 1;
      if (state.setting === 0) restoreAll(state, () => {});
    });
  };

  /** @param {unknown} peer @param {(held: Held) => boolean} wanted @returns {Held | null} that has its stand-in */
  function findHeld(peer, wanted) {
    const transceivers = transceiversOf(peer);
    for (let index = 0; index < transceivers.length; index += 1) {
      const held = weakGet(bySender, senderOf(transceivers[index]));
      if (held?.track && wanted(held) && trackOf(held.sender) === held.put) return held;
    }
    return null;
  }

  /** @type {SottoHook['inPlaceOf']} */
  sottoHook.inPlaceOf = (peer, track) => findHeld(peer, (held) => held.track === track)?.put ?? track;

  /** What a connection that is closed was set to, nobody hears. @type {SottoHook['handleClosed']} */
  sottoHook.handleClosed = (peer) => {
    const state = weakGet(peers, peer);
    if (state) restoreAll(state, giveUp);
  };

  /** @type {SottoHook['handleAdded']} */
  sottoHook.handleAdded = (sender, track) => {
    const held = weakGet(bySender, sender);
    if (!held) return;
    held.track = track;
    held.added = true;
  };

  /** @type {SottoHook['handleRemoved']} */
  sottoHook.handleRemoved = (sender) => {
    const held = weakGet(bySender, sender);
    if (held) held.track = null;
  };

  /** The browser found none of its tracks. @type {SottoHook['handleStreamRemoved']} */
  sottoHook.handleStreamRemoved = (peer, stream) => {
    const tracks = tracksOf(stream);
    for (let index = 0; index < tracks.length; index += 1) {
      const held = findHeld(peer, ({ track }) => track === tracks[index]);
      if (!held) continue;
      removeTrack(peer, held.sender);
      held.track = null;
    }
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
        const settle = () => weakSet(replacing, self, weakGet(replacing, self) - 1);
        const done = () => {
          settle();
          notify('replaced', 0);
        };
        weakSet(replacing, self, (weakGet(replacing, self) ?? 0) + 1);
        afterwards(promise, done, settle);
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
