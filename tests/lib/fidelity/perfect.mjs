/**
 * Page side: perfect negotiation as W3C webrtc-pc section 10.7 has it, for both sides of a
 * pair. The near side is the impolite one.
 */

/** @typedef {import('./pair.mjs').Pair} Pair */

export class PerfectNegotiation {
  /** @param {Pair} pair */
  constructor(pair) {
    const near = new Negotiator(pair, 'near', false);
    const far = new Negotiator(pair, 'far', true);
    near.other = far;
    far.other = near;
  }
}

class Negotiator {
  /** @param {Pair} pair @param {'near' | 'far'} name @param {boolean} polite */
  constructor(pair, name, polite) {
    this.pair = pair;
    this.side = pair.sides[name];
    this.polite = polite;
    this.makingOffer = false;
    /** @type {Negotiator | null} */
    this.other = null;
    this.side.peer.addEventListener('negotiationneeded', () => pair.noting(() => this.offer()));
  }

  async offer() {
    this.makingOffer = true;
    await this.side.peer.setLocalDescription().finally(() => { this.makingOffer = false; });
    this.send();
  }

  send() {
    const { pair, side, other } = this;
    const description = /** @type {RTCSessionDescription} */ (side.peer.localDescription);
    side.keep(description, pair.pageHasChannels);
    setTimeout(() => pair.noting(async () => other?.receive(description)));
  }

  /** @param {RTCSessionDescriptionInit} description */
  async receive(description) {
    const { peer } = this.side;
    const collides = description.type === 'offer' && (this.makingOffer || peer.signalingState !== 'stable');
    if (collides && !this.polite) return;
    await this.pair.deliver(this.side, description);
    if (description.type !== 'offer') return;
    await peer.setLocalDescription();
    this.send();
  }
}
