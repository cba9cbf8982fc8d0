/**
 * Isolated world: keeps the control channel out of `negotiationneeded`.
 *
 * The browser says that negotiation is needed for as long as there is a data
 * channel and no accepted data section. Where the far side refuses the section,
 * or an offer was thrown away, that would be for ever: a page that offers on
 * the event would loop, and would hear nothing of its own needs. So where the
 * need is only ours the event is swallowed, and the page's own need, found as
 * in W3C webrtc-pc section 4.7.3, raises it. The stream ids of a sender, which
 * no script can read, are left out of that check.
 */
class SottoNegotiationNeed {
  /** The page's changes that no method of a connection reports. */
  static POLL_MS = 250;

  /** @param {RTCPeerConnection} peer @param {() => boolean} isOurs */
  constructor(peer, isOurs) {
    this.peer = peer;
    this.isOurs = isOurs;
    /** Whether the page has heard the event since the connection last left `stable`. */
    this.told = false;
    /** Whether the page did what no state shows: an ICE restart, its first data channel. */
    this.owed = false;
    /** @type {Set<RTCRtpTransceiver> | null} what was there before an offer that makes others */
    this.before = null;
    /** @type {Set<RTCRtpTransceiver>} which the browser makes without a word, as W3C webrtc-pc section 4.4.3.2 says */
    this.offered = new Set();
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
    peer.addEventListener('negotiationneeded', (event) => this.handleEvent(event));
    peer.addEventListener('signalingstatechange', () => this.handleState());
  }

  /** @param {Event} event */
  handleEvent(event) {
    if (!event.isTrusted) return;
    if (this.isOurs() && (this.told || !this.isNeededByPage())) {
      event.stopImmediatePropagation();
      this.watch();
    } else {
      this.told = true;
    }
  }

  handleState() {
    const { signalingState } = this.peer;
    if (signalingState === 'have-local-offer') this.owed = false;
    if (signalingState !== 'stable') {
      this.told = false;
      this.offered.clear();
    } else if (this.isOurs()) this.watch();
    else setTimeout(() => this.raise());
  }

  /** The page offers to receive by the options of an offer alone. */
  handleOffering() {
    this.before = new Set(this.peer.getTransceivers());
  }

  handleOffered() {
    const { before } = this;
    this.before = null;
    if (before) for (const one of this.peer.getTransceivers()) if (!before.has(one)) this.offered.add(one);
  }

  /** The page adds something, and the browser looks at all there is. */
  handleAdded() {
    this.offered.clear();
    this.check();
  }

  /** The page's channel shares Sotto's data section, so the browser sees no need. */
  handlePageChannel() {
    this.owed = true;
    setTimeout(() => this.raise());
  }

  handleIceRestart() {
    if (!this.isOurs()) return;
    this.owed = true;
    setTimeout(() => this.raise());
  }

  watch() {
    this.timer ??= setInterval(() => this.check(), SottoNegotiationNeed.POLL_MS);
  }

  stop() {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  check() {
    if (!this.isOurs() || this.peer.signalingState === 'closed') this.stop();
    else if (this.isNeededByPage()) this.raise();
  }

  raise() {
    if (this.told || this.peer.signalingState !== 'stable') return;
    if (!this.owed && !this.isOurs()) return;
    this.told = true;
    this.peer.dispatchEvent(new Event('negotiationneeded'));
  }

  isNeededByPage() {
    if (this.owed) return true;
    const transceivers = this.peer.getTransceivers().filter((one) => !this.offered.has(one));
    if (transceivers.length === 0) return false;
    // Read once: the browser writes a description anew each time.
    const { currentLocalDescription: local, currentRemoteDescription: remote } = this.peer;
    const here = sottoSdp.directions(local);
    const there = sottoSdp.directions(remote);
    const offered = local?.type === 'offer';
    return transceivers.some(({ direction, currentDirection, mid }) => {
      if (currentDirection === 'stopped') return false;
      if (direction === 'stopped' || mid === null) return true;
      return !SottoNegotiationNeed.isAgreed(direction, here.get(mid), there.get(mid), offered);
    });
  }

  /**
   * @param {RTCRtpTransceiverDirection} direction
   * @param {string | undefined} mine @param {string | undefined} far
   * @param {boolean} offered
   */
  static isAgreed(direction, mine, far, offered) {
    if (!mine || !far) return false;
    const theirs = SottoNegotiationNeed.reversed(far);
    if (offered) return direction === mine || direction === theirs;
    return mine === SottoNegotiationNeed.both(direction, theirs);
  }

  /** @param {string} direction */
  static reversed(direction) {
    return { sendonly: 'recvonly', recvonly: 'sendonly' }[direction] ?? direction;
  }

  /** @param {string} one @param {string} other */
  static both(one, other) {
    if (one === 'sendrecv') return other;
    if (other === 'sendrecv') return one;
    return one === other ? one : 'inactive';
  }
}
