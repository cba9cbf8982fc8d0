/**
 * Isolated world: the data channel that Sotto adds to a connection of the page
 * for the core's messages, kept out of the page's logic.
 *
 * It is negotiated out of band, so the far page hears nothing of it; it comes
 * only with an offer the page makes anyway, or on a data section that is there
 * already, never to a connection without media. What it carries is opaque.
 */
class SottoControlChannel {
  /** Both sides must come to the same id; the second is for pages that use the first. */
  static IDS = [1007, 1013];
  static MAX_MESSAGE = 64 * 1024;
  static MAX_BUFFERED = 6 * 1024 * 1024;

  /**
   * @param {RTCPeerConnection} peer
   * @param {{opened(open: boolean): void, received(bytes: ArrayBuffer): void}} listener
   */
  constructor(peer, listener) {
    this.peer = peer;
    this.listener = listener;
    /** @type {RTCDataChannel | null} */
    this.channel = null;
    this.pageHasChannels = false;
    /** @type {Event[]} */
    this.heldCandidates = [];
    peer.addEventListener('signalingstatechange', () => this.handleState());
    peer.addEventListener('icecandidate', (event) => this.handleCandidate(event));
    peer.addEventListener('datachannel', () => this.handlePageChannel());
  }

  get isOpen() {
    return this.channel?.readyState === 'open';
  }

  /** Whether the far side took the call and not the channel, so that nobody can join over it. */
  get isRefused() {
    const { signalingState, currentRemoteDescription: remote } = this.peer;
    if (!this.channel || this.isOpen || signalingState !== 'stable' || !remote) return false;
    return !sottoSdp.hasLiveData(remote);
  }

  /** The page is about to make an offer. @param {boolean} forMedia by its options alone */
  handleOffering(forMedia) {
    if (this.channel || this.peer.signalingState !== 'stable') return;
    if (forMedia || this.peer.getTransceivers().length > 0) this.open();
  }

  /** @returns {boolean} whether the page's first channel found Sotto's in place */
  handlePageChannel() {
    const first = !this.pageHasChannels && this.channel !== null;
    this.pageHasChannels = true;
    return first;
  }

  handleState() {
    const { signalingState, remoteDescription } = this.peer;
    if (signalingState === 'stable') this.settleCandidates();
    if (signalingState !== 'stable' && signalingState !== 'have-remote-offer') return;
    if (this.channel || this.peer.getTransceivers().length === 0) return;
    if (sottoSdp.hasLiveData(remoteDescription)) this.open();
  }

  /** Whether a need to negotiate data can only be Sotto's. */
  isUnwanted() {
    const { currentLocalDescription: local, currentRemoteDescription: remote } = this.peer;
    if (!this.channel || this.pageHasChannels) return false;
    return !sottoSdp.hasLiveData(local) || !sottoSdp.hasLiveData(remote);
  }

  /** @param {string} type @param {string} sdp @returns {string} */
  completed(type, sdp) {
    if (!this.channel || this.pageHasChannels) return sdp;
    const { pendingLocalDescription, currentLocalDescription } = this.peer;
    const local = type === 'offer' ? currentLocalDescription : pendingLocalDescription;
    return sottoSdp.withDataSection(local, sdp);
  }

  open() {
    for (const id of SottoControlChannel.IDS) {
      try {
        return this.use(this.peer.createDataChannel('', { negotiated: true, id }));
      } catch {
        // The page has this id, or the connection is closed.
      }
    }
  }

  /** @param {RTCDataChannel} channel */
  use(channel) {
    this.channel = channel;
    channel.binaryType = 'arraybuffer';
    channel.addEventListener('open', () => this.listener.opened(true));
    channel.addEventListener('close', () => this.listener.opened(false));
    channel.addEventListener('message', ({ data }) => {
      const bytes = sottoPlatform.bytesOf(data);
      if (bytes && bytes.byteLength <= SottoControlChannel.MAX_MESSAGE) this.listener.received(bytes);
    });
  }

  /** @param {ArrayBuffer} bytes */
  send(bytes) {
    const { channel } = this;
    if (channel?.readyState !== 'open' || bytes.byteLength > SottoControlChannel.MAX_MESSAGE) return;
    if (channel.bufferedAmount <= SottoControlChannel.MAX_BUFFERED) channel.send(bytes);
  }

  /**
   * Until the answer says that the data section is bundled, the browser gathers
   * candidates for it, which a page without data channels would not have seen.
   * @param {RTCPeerConnectionIceEvent} event
   */
  handleCandidate(event) {
    if (!event.isTrusted || !event.candidate || !this.channel || this.pageHasChannels) return;
    const section = sottoSdp.dataSection(this.peer.localDescription);
    if (!section || sottoSdp.mid(section) !== event.candidate.sdpMid) return;
    const settled = this.peer.signalingState === 'stable';
    if (settled && this.hasTransportOfItsOwn()) return;
    event.stopImmediatePropagation();
    if (!settled) this.heldCandidates.push(event);
  }

  settleCandidates() {
    const held = this.heldCandidates;
    this.heldCandidates = [];
    if (!this.hasTransportOfItsOwn()) return;
    for (const event of held) this.peer.dispatchEvent(event);
  }

  hasTransportOfItsOwn() {
    const { remoteDescription } = this.peer;
    const section = sottoSdp.dataSection(remoteDescription);
    const mid = section && sottoSdp.mid(section);
    if (!section || !mid || sottoSdp.isRejected(section)) return false;
    return !sottoSdp.isBundled(remoteDescription, mid);
  }
}
