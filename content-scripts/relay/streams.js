/**
 * Isolated world: puts a transform on every sender and receiver of a
 * connection, once for life, and names each as a stream of its own.
 *
 * A stream is a sender or receiver, not a track: tracks come and go on it, and
 * what a sender's track was captured from gives the stream its role. Frames
 * are the pump's business.
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
   *   ended(stream: number): void,
   *   replaced(): void,
   * }} listener
   */
  constructor(peer, pageTransforms, listener) {
    this.peer = peer;
    this.leftToPage = pageTransforms;
    this.listener = listener;
    this.on = false;
    /** @type {Map<RTCRtpSender | RTCRtpReceiver, Sotto.Stream>} */
    this.streams = new Map();
    peer.addEventListener('track', () => this.sweep());
    peer.addEventListener('signalingstatechange', () => this.sweep());
  }

  /** Covers what is new; reports what has stopped. */
  sweep() {
    if (this.leftToPage) return this.listener.replaced();
    for (const transceiver of this.peer.getTransceivers()) {
      const media = /** @type {Sotto.Media} */ (transceiver.receiver.track.kind);
      this.cover(transceiver.sender, 'send', media);
      this.cover(transceiver.receiver, 'receive', media);
      this.follow(transceiver.sender);
      if (transceiver.currentDirection === 'stopped') this.endBoth(transceiver);
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
    const stream = { stream: SottoStreams.lastStream, direction, media, carries, transform: null, ended: false };
    this.streams.set(end, stream);
    this.listener.changed(stream);
    this.listener.pump().whenSettled(() => this.transform(end, stream));
  }

  /** A sender without a track stays what it was. @param {RTCRtpSender} sender */
  follow(sender) {
    const stream = this.streams.get(sender);
    if (!stream || stream.ended || !sender.track) return;
    const role = SottoStreams.role(stream.media, sender.track);
    if (stream.carries === role) return;
    stream.carries = role;
    this.listener.changed(stream);
  }

  /** @param {Sotto.Media} media @param {MediaStreamTrack | null} track @returns {Sotto.Role} */
  static role(media, track) {
    const settings = track?.getSettings() ?? {};
    // Chromium names the surface of a picture only; of the settings of sound, this one is a
    // display capture's alone.
    if (media === 'audio') return 'restrictOwnAudio' in settings ? 'screen-sound' : 'microphone';
    return settings.displaySurface === undefined ? 'camera' : 'screen-picture';
  }

  /** @param {RTCRtpSender | RTCRtpReceiver} end @param {Sotto.Stream} stream */
  transform(end, stream) {
    if (!this.on && end.transform !== stream.transform && end.transform !== null) {
      return this.listener.replaced();
    }
    const { stream: number, direction } = stream;
    try {
      stream.transform = this.listener.pump().cover(end, { stream: number, direction });
    } catch {
      // The page took the encoded streams first; without a transform of ours
      // nothing of Sotto's is on this stream, and the person has to know.
      this.listener.replaced();
    }
  }

  /** @param {boolean} on */
  setMode(on) {
    const turnedOff = this.on && !on;
    this.on = on;
    // What was dropped while on, the far side waits for until a key frame comes.
    if (turnedOff) for (const { stream } of this.streams.values()) this.forceKeyFrame(stream);
    this.reclaim();
  }

  /**
   * After the page touched a transform. While off it may have its own; a
   * transform taken away gives way to ours, or the browser would go silent.
   */
  reclaim() {
    if (this.on && this.leftToPage) this.takeOver();
    for (const [end, stream] of this.streams) {
      if (end.transform === stream.transform) continue;
      if (end.transform !== null) this.listener.replaced();
      this.transform(end, stream);
    }
  }

  /** What the page meant to encode itself stands still rather than pass in clear. */
  takeOver() {
    this.leftToPage = false;
    this.sweep();
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
    this.listener.ended(stream.stream);
  }

  /** @param {number} number */
  forceKeyFrame(number) {
    for (const [end, { stream, media, ended }] of this.streams) {
      if (stream !== number || ended || media !== 'video' || !(end instanceof RTCRtpSender)) continue;
      const parameters = end.getParameters();
      const encodingOptions = parameters.encodings.map(() => ({ keyFrame: true }));
      // A sender that has stopped refuses; it has no frame to send either.
      end.setParameters(parameters, { encodingOptions }).catch(() => {});
    }
  }
}
