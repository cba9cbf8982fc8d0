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
    this.told = false;
    this.iceRestart = false;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
    peer.addEventListener('negotiationneeded', (event) => this.handleEvent(event));
    peer.addEventListener('signalingstatechange', () => this.handleState());
  }

  /** @param {Event} event */
  handleEvent(event) {
    if (!event.isTrusted || !this.isOurs()) return;
    if (this.isNeededByPage() && !this.told) this.told = true;
    else event.stopImmediatePropagation();
    this.watch();
  }

  handleState() {
    if (this.peer.signalingState === 'have-local-offer') this.iceRestart = false;
    if (this.peer.signalingState !== 'stable') return;
    this.told = false;
    if (this.isOurs()) this.watch();
  }

  handleIceRestart() {
    this.iceRestart = true;
    this.check();
  }

  watch() {
    this.timer ??= setInterval(() => this.check(), SottoNegotiationNeed.POLL_MS);
  }

  stop() {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  check() {
    if (!this.isOurs() || this.peer.signalingState === 'closed') return this.stop();
    if (this.told || this.peer.signalingState !== 'stable' || !this.isNeededByPage()) return;
    this.told = true;
    this.peer.dispatchEvent(new Event('negotiationneeded'));
  }

  isNeededByPage() {
    if (this.iceRestart) return true;
    return this.peer.getTransceivers().some((transceiver) => this.isOpen(transceiver));
  }

  /** @param {RTCRtpTransceiver} transceiver */
  isOpen({ direction, currentDirection, mid }) {
    if (currentDirection === 'stopped') return false;
    if (direction === 'stopped') return true;
    if (mid === null) return true;
    return !this.isAgreed(mid, direction);
  }

  /** @param {string} mid @param {RTCRtpTransceiverDirection} direction */
  isAgreed(mid, direction) {
    const { currentLocalDescription: local, currentRemoteDescription: remote } = this.peer;
    const here = sottoSdp.section(local, mid);
    const there = sottoSdp.section(remote, mid);
    if (!here || !there) return false;
    const mine = sottoSdp.direction(here);
    const theirs = SottoNegotiationNeed.reversed(sottoSdp.direction(there));
    if (local?.type === 'offer') return direction === mine || direction === theirs;
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
