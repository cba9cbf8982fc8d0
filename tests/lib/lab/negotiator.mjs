/** Page side: one connection of a lab, with perfect negotiation unless the scenario does without. */

/** @typedef {{description?: RTCSessionDescriptionInit, candidate?: RTCIceCandidateInit}} Signal */

export class Negotiator {
  /**
   * @param {string} name @param {boolean} polite @param {(signal: Signal) => void} send
   * @param {boolean} manual @param {RTCConfiguration} [configuration]
   */
  constructor(name, polite, send, manual, configuration) {
    this.name = name;
    this.polite = polite;
    /** @type {{incoming(signal: Signal): Signal, outgoing(signal: Signal): Signal} | null} */
    this.interpreter = null;
    this.send = (/** @type {Signal} */ signal) => send(this.interpreter?.outgoing(signal) ?? signal);
    this.manual = manual;
    this.peer = new RTCPeerConnection(configuration);
    /** @type {{transceiver: RTCRtpTransceiver, watched: import('./watched.mjs').Watched}[]} */
    this.watched = [];
    this.prefer = () => {};
    /** @type {((sdp: string) => string) | null} what becomes of its offers */
    this.rewrite = null;
    this.making = false;
    this.ignoring = false;
    this.queue = Promise.resolve();
    this.peer.addEventListener('icecandidate', ({ candidate }) => candidate && this.send({ candidate: candidate.toJSON() }));
    this.peer.addEventListener('negotiationneeded', () => !this.manual && this.offer());
  }

  async offer() {
    this.making = true;
    try {
      this.prefer();
      await this.peer.setLocalDescription(await this.rewritten());
      this.say();
    } finally {
      this.making = false;
    }
  }

  /** @returns {Promise<RTCLocalSessionDescriptionInit | undefined>} */
  async rewritten() {
    if (!this.rewrite) return undefined;
    const { type, sdp = '' } = await this.peer.createOffer();
    return { type, sdp: this.rewrite(sdp) };
  }

  say() {
    this.send({ description: this.peer.localDescription?.toJSON() });
  }

  /** One after the other: a candidate must wait for its description. @param {Signal} signal */
  receive(signal) {
    this.queue = this.queue.then(() => this.handle(signal));
    return this.queue;
  }

  /** @param {Signal} signal */
  async handle(signal) {
    if (this.peer.signalingState === 'closed') return;
    const { description, candidate } = this.interpreter?.incoming(signal) ?? signal;
    if (description) await this.handleDescription(description);
    else if (candidate && !this.ignoring) await this.peer.addIceCandidate(candidate).catch(() => {});
  }

  /** @param {RTCSessionDescriptionInit} description */
  async handleDescription(description) {
    const collision = description.type === 'offer' && (this.making || this.peer.signalingState !== 'stable');
    this.ignoring = collision && !this.polite;
    if (this.ignoring) return;
    await this.peer.setRemoteDescription(description);
    if (description.type !== 'offer' || this.manual) return;
    this.prefer();
    await this.peer.setLocalDescription();
    this.say();
  }

  /** @param {() => boolean} holds */
  async until(holds) {
    while (!holds()) await new Promise((resolve) => { setTimeout(resolve, 10); });
  }

  connected() {
    return this.until(() => this.peer.connectionState === 'connected');
  }

  stable() {
    return this.until(() => this.peer.signalingState === 'stable' && !this.making);
  }
}
