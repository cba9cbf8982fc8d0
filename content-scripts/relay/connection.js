/**
 * Isolated world: one connection of the page, as the relay knows it. Joins the
 * streams, the control channel and the need to negotiate, and says in the
 * core's words what became of them.
 */
class SottoConnection {
  /**
   * @param {number} number
   * @param {RTCPeerConnection} peer
   * @param {boolean} pageTransforms
   * @param {{
   *   pump(): SottoPumpPlace,
   *   report(message: Sotto.RelayToCore): void,
   *   streamEnded(connection: number, stream: Sotto.Stream): void,
   *   closed(connection: SottoConnection): void,
   *   trouble(code: string): void,
   *   isToBeOn(): boolean,
   * }} relay
   */
  constructor(number, peer, pageTransforms, relay) {
    this.number = number;
    this.peer = peer;
    this.relay = relay;
    this.closed = false;
    /** @type {{type: string, farEnd: Sotto.FarEnd} | null} what the page gave last */
    this.given = null;
    /** @type {Sotto.FarEnd | null} what the browser took of it */
    this.farEnd = null;
    this.channel = new SottoControlChannel(peer, {
      opened: (open) => this.reportChannel(open),
      received: (bytes) => relay.report({ kind: 'control', connection: number, bytes }),
    });
    this.need = new SottoNegotiationNeed(peer, () => this.channel.isUnwanted());
    this.streams = new SottoStreams(peer, pageTransforms, {
      pump: () => relay.pump(),
      changed: (stream) => this.reportStream(stream),
      left: (stream) => relay.report({ kind: 'stream-left', stream }),
      ended: (stream) => relay.streamEnded(number, stream),
      replaced: () => relay.trouble('page-transform'),
      bypassed: (stream) => relay.report({ kind: 'bypassed', stream }),
      isToBeOn: () => relay.isToBeOn(),
    });
    this.flows = new SottoFlows(peer, (end) => this.streams.numberOf(end), this.streams);
    peer.addEventListener('connectionstatechange', () => this.handleState());
    peer.addEventListener('signalingstatechange', () => this.reportRefusal());
    this.reportState();
  }

  get state() {
    if (this.closed) return 'closed';
    return this.peer.connectionState === 'connected' ? 'connected' : 'new';
  }

  reportState() {
    this.relay.report({ kind: 'connection', connection: this.number, state: this.state });
  }

  /** @param {Sotto.Stream} stream */
  reportStream({ stream, direction, carries }) {
    this.relay.report({ kind: 'stream', stream, connection: this.number, direction, carries });
  }

  /** @param {boolean} open */
  reportChannel(open) {
    this.relay.report({ kind: 'channel', connection: this.number, open });
  }

  reportFarEnd() {
    if (this.farEnd) this.relay.report({ kind: 'far-end', connection: this.number, ...this.farEnd });
  }

  /**
   * As the far end wrote it: what the connection gives back has the browser's own origin.
   * @param {string} type @param {string} sdp
   */
  handleRemoteDescription(type, sdp) {
    this.given = { type, farEnd: sottoSdp.farEnd(sdp) };
    return this.channel.completed(type, sdp);
  }

  /** A rollback goes back to another, or to none. */
  takeFarEnd() {
    if (!this.given || this.given.type !== this.peer.remoteDescription?.type) return;
    this.farEnd = this.given.farEnd;
    this.given = null;
    this.reportFarEnd();
  }

  handleState() {
    if (this.peer.connectionState === 'closed') this.handleClose();
    else this.reportState();
  }

  handleClose() {
    if (this.closed) return;
    this.closed = true;
    this.need.stop();
    this.streams.endAll();
    this.reportState();
  }

  reportRefusal() {
    if (this.channel.isRefused) this.relay.report({ kind: 'trouble', code: 'control-channel-closed' });
  }

  handlePageChannel() {
    if (this.channel.handlePageChannel()) this.need.handlePageChannel();
  }

  handleSweep() {
    this.streams.sweep();
    this.need.handleAdded();
  }

  /** @param {boolean} forMedia by its options alone */
  handleOffering(forMedia) {
    if (forMedia) this.need.handleOffering();
    this.channel.handleOffering(forMedia);
  }

  handleOffered() {
    this.need.handleOffered();
    this.streams.sweep();
  }

  /** @param {number} index @param {boolean} sends */
  handlePageStreams(index, sends) {
    const ends = sends ? this.peer.getSenders() : this.peer.getReceivers();
    this.streams.handlePageStreams(ends[index]);
  }

  /** The page's method has not resolved yet: whatever it made is covered first. */
  handleDescribed() {
    this.takeFarEnd();
    this.streams.sweep();
    this.channel.handleState();
  }

  async watch() {
    if (this.closed) return;
    this.streams.watch();
    this.flows.reset();
    const flows = await this.flows.read();
    if (flows.length > 0) this.relay.report({ kind: 'flows', flows });
  }

  /** Where no core asks. @param {Promise<Map<number, number> | null>} came to the pump, of each stream */
  async watchAlone(came) {
    if (this.closed) return;
    if (this.streams.watchAlone()) return this.close();
    const { past, sure, back } = await this.flows.alone(await came);
    // The page took it up again, or has clones of its track, which no stop of ours ends.
    if (back.length > 0) return this.close();
    for (const stream of past) this.streams.coverNumber(stream);
    for (const stream of sure) this.streams.stopNumber(stream);
  }

  /**
   * A core orders one stop of a stream: another is that of one which came later.
   * @param {number} stream @param {Sotto.Measure} measure
   */
  contain(stream, measure) {
    if (!this.streams.find(stream)) return;
    if (measure === 'cover') this.streams.coverAgain(stream);
    else if (measure === 'stop' && !this.streams.isStopped(stream)) this.streams.stopBypassed(stream);
    else this.close();
  }

  close() {
    this.peer.close();
    this.handleClose();
    this.relay.closed(this);
  }

  /** Everything a core that has just begun needs to hear. */
  repeat() {
    if (this.closed) return;
    this.reportState();
    this.reportFarEnd();
    for (const stream of this.streams.streams.values()) if (!stream.ended) this.repeatStream(stream);
    if (this.channel.isOpen) this.reportChannel(true);
  }

  /** @param {Sotto.Stream} stream */
  repeatStream(stream) {
    this.reportStream(stream);
    if (stream.left) this.relay.report({ kind: 'stream-left', stream: stream.stream });
    if (stream.bypassed) this.relay.report({ kind: 'bypassed', stream: stream.stream });
  }
}
