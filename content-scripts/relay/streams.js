/**
 * Isolated world: puts a transform on every sender and receiver of a
 * connection, once for life, and names each as a stream of its own.
 *
 * A stream is a sender or receiver, not a track: tracks come and go on it, and
 * what a sender's track was captured from gives the stream its role. Frames
 * are the pump's business; what the page encodes by itself is left to the hook,
 * which holds it back where Sotto is on, and is numbered like all others, so
 * that the core can see that nothing flows there.
 */
class SottoStreams {
  /** Stream numbers are unique within the relay and never used again. */
  static lastStream = 0;

  /**
   * @param {RTCPeerConnection} peer
   * @param {boolean} pageTransforms whether the page asked for encoded streams itself
   * @param {{
   *   pump(): SottoPumpPlace,
   *   changed(stream: Sotto.Stream): void,
   *   left(stream: number): void,
   *   ended(stream: Sotto.Stream): void,
   *   replaced(): void,
   *   bypassed(stream: number): void,
   *   isToBeOn(): boolean,
   * }} listener `isToBeOn`: by the last word on the tab, which comes before it is known
   */
  constructor(peer, pageTransforms, listener) {
    this.peer = peer;
    this.leftToPage = pageTransforms;
    this.listener = listener;
    /** @type {boolean | null} null until it is known */
    this.on = null;
    /** When it was, with media that went on without it. */
    this.turnedOn = -Infinity;
    /** @type {Map<RTCRtpSender | RTCRtpReceiver, Sotto.Stream>} */
    this.streams = new Map();
    peer.addEventListener('track', () => this.sweep());
    peer.addEventListener('signalingstatechange', () => this.sweep());
  }

  /** Covers what is new; reports what has stopped. */
  sweep() {
    if (this.leftToPage) this.listener.replaced();
    const transceivers = this.peer.getTransceivers();
    for (const transceiver of transceivers) {
      const media = /** @type {Sotto.Media} */ (transceiver.receiver.track.kind);
      this.cover(transceiver.sender, 'send', media);
      this.cover(transceiver.receiver, 'receive', media);
      this.follow(transceiver.sender);
      if (transceiver.currentDirection === 'stopped') this.endBoth(transceiver);
    }
    if (this.streams.size > 2 * transceivers.length) this.endAllBut(new Set(transceivers.flatMap(({ sender, receiver }) => [sender, receiver])));
  }

  /**
   * Whoever stops one by an offer no longer has it once the answer comes, nor is one left that an
   * offer made which was taken back.
   * @param {Set<RTCRtpSender | RTCRtpReceiver>} present
   */
  endAllBut(present) {
    for (const [end, stream] of this.streams) {
      if (present.has(end)) continue;
      this.end(stream);
      this.streams.delete(end);
    }
  }

  /**
   * @param {RTCRtpSender | RTCRtpReceiver} end
   * @param {Sotto.Direction} direction
   * @param {Sotto.Media} media
   */
  cover(end, direction, media) {
    if (this.streams.has(end)) return;
    SottoStreams.lastStream += 1;
    const carries = end instanceof RTCRtpSender ? SottoStreams.role(media, end.track) : media;
    const stream = { stream: SottoStreams.lastStream, direction, media, carries, transform: null, left: false, bypassed: false, stopped: false, replaced: false, ended: false };
    this.streams.set(end, stream);
    this.listener.changed(stream);
    if (this.leftToPage) return this.leave(stream);
    if (this.on && end.transform !== null) this.reportBypassed(stream);
    this.whenPageHasHadItsSay(() => this.transform(end, stream));
  }

  /**
   * A page that encodes by itself begins in the task that made the stream, and
   * gets no frame where a transform was set before. Nothing moves meanwhile.
   * @param {() => void} action
   */
  whenPageHasHadItsSay(action) {
    if (!sottoPlatform.hasEncodedStreams) return action();
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      this.listener.pump().whenSettled(action);
    };
    port2.postMessage(null);
  }

  /**
   * The page takes encoded frames itself. One that comes too late for that
   * gets none, as without Sotto, and the call goes on.
   * @param {RTCRtpSender | RTCRtpReceiver | undefined} end
   */
  handlePageStreams(end) {
    this.listener.replaced();
    const stream = end && this.streams.get(end);
    if (!end || !stream) return;
    if (stream.transform) this.coverAnew(end, stream);
    else this.leave(stream);
  }

  /** @param {Sotto.Stream} stream */
  leave(stream) {
    stream.left = true;
    this.listener.left(stream.stream);
  }

  /** A sender without a track, or with one that has ended, stays what it was. @param {RTCRtpSender} sender */
  follow(sender) {
    const stream = this.streams.get(sender);
    if (!stream || stream.ended || sender.track?.readyState !== 'live') return;
    const role = SottoStreams.role(stream.media, sender.track);
    if (stream.carries === role) return;
    stream.carries = role;
    this.listener.changed(stream);
  }

  /** @param {Sotto.Media} media @param {MediaStreamTrack | null} track @returns {Sotto.Role} */
  static role(media, track) {
    const isOfDisplay = track !== null && sottoPlatform.isOfDisplay({ ...track.getSettings() });
    if (media === 'audio') return isOfDisplay ? 'screen-sound' : 'microphone';
    return isOfDisplay ? 'screen-picture' : 'camera';
  }

  /** @param {RTCRtpSender | RTCRtpReceiver} end @param {Sotto.Stream} stream */
  transform(end, stream) {
    if (stream.left || stream.ended) return;
    if (this.on === false && this.listener.pump().isBlocked) return;
    if (!this.on && end.transform !== stream.transform && end.transform !== null) {
      return this.listener.replaced();
    }
    const { stream: number, direction } = stream;
    try {
      stream.transform = this.listener.pump().cover(end, { stream: number, direction });
    } catch {
      this.handleUncovered(end, stream);
    }
  }

  /**
   * The page took the encoded streams first, or lets no worker be made at all; or the pump is on its
   * thread, where none can be had once it has set a transform. Without one of ours nothing of Sotto's
   * is on this stream, and the person has to know.
   * @param {RTCRtpSender | RTCRtpReceiver} end @param {Sotto.Stream} stream
   */
  handleUncovered(end, stream) {
    if (!this.listener.pump().isBlocked) this.listener.replaced();
    if (!(this.on ?? this.listener.isToBeOn())) return;
    if (!sottoPlatform.hasEncodedStreams) SottoStreams.stop(end);
    else if (end.transform !== null) stream.transform = this.listener.pump().silence(end);
  }

  /** @param {boolean} on */
  setMode(on) {
    const stays = this.on && on;
    const turnedOff = this.on && !on;
    const turnedOn = !this.on && on;
    if (turnedOn && this.on === false) this.turnedOn = performance.now();
    this.on = on;
    if (turnedOff) this.forceKeyFrames();
    if (turnedOff) this.standStill();
    if (turnedOn) this.coverStanding();
    if (stays) this.watch();
    else this.reclaim();
    if (this.listener.pump().isBlocked) this.handleBlocked();
  }

  /** No pump will ever run here: without Sotto the call goes on, with it nothing moves. */
  handleBlocked() {
    for (const [end, stream] of this.streams) {
      if (stream.ended || end.transform !== stream.transform) continue;
      if (this.on === false) stream.transform = end.transform = null;
      else if (!stream.transform) this.transform(end, stream);
    }
  }

  /**
   * The next look won't see what the page has put in its place, and a page can bring this about.
   * @param {RTCRtpSender | RTCRtpReceiver} end @param {Sotto.Stream} stream
   */
  coverAnew(end, stream) {
    if (this.on && !stream.left && end.transform !== stream.transform) this.reportBypassed(stream);
    this.transform(end, stream);
  }

  /**
   * After the page touched a transform. While off it may have its own; a
   * transform taken away gives way to ours, or the browser would go silent.
   */
  reclaim() {
    return this.strays().map(([end, stream]) => {
      if (end.transform !== null) this.replace(stream);
      this.transform(end, stream);
      return stream;
    });
  }

  /** Streams that have another transform than ours. */
  strays() {
    return [...this.streams].filter(([end, { transform, left, ended }]) => !left && !ended && end.transform !== transform);
  }

  /**
   * A page that gets round the hook makes streams and replaces transforms unheard; then frames
   * have gone past.
   */
  watch() {
    this.sweep();
    for (const stream of this.reclaim()) this.reportBypassed(stream);
  }

  /**
   * Where there is no core that could say what to do: who does it again loses the stream. Whether
   * one that was stopped came back by it.
   */
  watchAlone() {
    const again = this.strays().filter(([, { bypassed }]) => bypassed);
    const isBack = again.some(([, { stopped }]) => stopped);
    for (const [end, stream] of again) SottoStreams.stopFor(end, stream);
    this.watch();
    return isBack;
  }

  /** It goes past a transform that is ours. @param {number} number */
  coverNumber(number) {
    const found = this.find(number);
    if (!found) return;
    this.coverAgain(number);
    this.reportBypassed(found.stream);
  }

  /** @param {number} number */
  stopNumber(number) {
    const found = this.find(number);
    if (!found) return;
    SottoStreams.stopFor(found.end, found.stream);
    // It may be stopped again and again; to the core each report is another bypass.
    if (!found.stream.bypassed) this.reportBypassed(found.stream);
  }

  /** The core says so. @param {number} number */
  stopBypassed(number) {
    const found = this.find(number);
    if (!found) return;
    SottoStreams.stopFor(found.end, found.stream);
    found.stream.bypassed = true;
  }

  /** @param {number} number */
  isStopped(number) {
    return this.find(number)?.stream.stopped ?? false;
  }

  /**
   * Frames of such a stream don't come to the pump, so what is still on its way from before Sotto
   * was turned on can't be told from what goes past.
   * @param {number} number
   */
  mayHaveTail(number) {
    const isUnseen = this.find(number)?.stream.left || this.listener.pump().isBlocked;
    return isUnseen && performance.now() - this.turnedOn < SottoFlows.MOST_LOOKS * SottoLookout.INTERVAL_MS;
  }

  /** A core that comes later hears of it too. @param {Sotto.Stream} stream */
  reportBypassed(stream) {
    stream.bypassed = true;
    this.listener.bypassed(stream.stream);
  }

  /** @param {RTCRtpSender | RTCRtpReceiver} end */
  numberOf(end) {
    const stream = this.streams.get(end);
    return stream && !stream.ended ? stream.stream : null;
  }

  /** @param {number} number */
  find(number) {
    for (const [end, stream] of this.streams) if (stream.stream === number && !stream.ended) return { end, stream };
    return null;
  }

  /** What a receiver decodes, whatever the page makes of it. @param {number} number */
  trackAt(number) {
    const end = this.find(number)?.end;
    return end instanceof RTCRtpReceiver ? end.track : null;
  }

  /** Where no pump runs, a stream that stands does as it should. @param {number} number */
  coverAgain(number) {
    const found = this.find(number);
    const pump = this.listener.pump();
    if (found && !pump.isBlocked && !pump.isOnPage) this.coverAnew(found.end, found.stream);
  }

  /**
   * Nothing goes in, or comes out, whatever the transform does.
   * @param {RTCRtpSender | RTCRtpReceiver} end
   */
  static stop(end) {
    if (end instanceof RTCRtpReceiver) return end.track.stop();
    const parameters = end.getParameters();
    for (const encoding of parameters.encodings) encoding.active = false;
    // A sender that has stopped refuses both; it sends nothing either.
    end.setParameters(parameters).catch(() => {});
    end.replaceTrack(null).catch(() => {});
  }

  /** @param {RTCRtpSender | RTCRtpReceiver} end @param {Sotto.Stream} stream */
  static stopFor(end, stream) {
    SottoStreams.stop(end);
    stream.stopped = true;
  }

  /** @param {Sotto.Stream} stream */
  replace(stream) {
    this.listener.replaced();
    if (this.on) stream.replaced = true;
  }

  /**
   * A transform serves once, so a page's that was replaced can't come back.
   * What it was to encrypt must not leave without it: it moves no more, until
   * the page sets another or Sotto is on again.
   */
  standStill() {
    for (const [end, stream] of this.streams) {
      if (!stream.replaced || end.transform !== stream.transform) continue;
      stream.transform = this.listener.pump().silence(end);
    }
  }

  coverStanding() {
    for (const [end, stream] of this.streams) {
      if (stream.replaced && end.transform === stream.transform) this.transform(end, stream);
    }
  }

  /** @param {RTCRtpTransceiver} transceiver */
  endBoth({ sender, receiver }) {
    for (const end of [sender, receiver]) this.end(this.streams.get(end));
  }

  endAll() {
    for (const stream of this.streams.values()) this.end(stream);
  }

  /** @param {Sotto.Stream | undefined} stream */
  end(stream) {
    if (!stream || stream.ended) return;
    stream.ended = true;
    this.listener.ended(stream);
  }

  /** What was dropped, the far side waits for until a key frame comes. */
  forceKeyFrames() {
    for (const { stream } of this.streams.values()) this.forceKeyFrame(stream);
  }

  /** @param {number} number */
  forceKeyFrame(number) {
    for (const [end, { stream, media, ended }] of this.streams) {
      if (stream !== number || ended || media !== 'video' || !(end instanceof RTCRtpSender)) continue;
      if (!sottoPlatform.hasEncodedStreams) return this.listener.pump().post({ kind: 'key-frame', stream });
      const parameters = end.getParameters();
      const encodingOptions = parameters.encodings.map(() => ({ keyFrame: true }));
      // A sender that has stopped refuses; it has no frame to send either.
      end.setParameters(parameters, { encodingOptions }).catch(() => {});
    }
  }
}
