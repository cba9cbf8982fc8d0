/** Page side: two connections of one page in a call with each other. */

import { withDataRejected } from './sdp.mjs';
import { Side } from './side.mjs';
import { PATIENCE, until } from './until.mjs';

/** Longer than the relay's interval for noticing what no event tells. */
const QUIET = 300;

/** @typedef {(sdp: string) => string} Change */

/**
 * Firefox gathers for each new section, also for one whose offer is still on its way here, was
 * ignored or rolled back; and numbers sections anew with each offer.
 * @param {RTCPeerConnection} peer @param {RTCIceCandidate | null} candidate
 */
async function hasPlace(peer, candidate) {
  if (!candidate || 'createEncodedStreams' in RTCRtpSender.prototype) return true;
  const section = new RegExp(`^a=mid:${candidate.sdpMid}\\s*$`, 'm');
  const isThere = () => section.test(peer.remoteDescription?.sdp ?? '');
  for (const end = performance.now() + QUIET; !isThere() && performance.now() < end;) await new Promise((resolve) => { setTimeout(resolve, 10); });
  return isThere();
}

export class Pair {
  /** @param {{configuration?: RTCConfiguration, farRefusal?: Change}} [wishes] */
  constructor({ configuration, farRefusal } = {}) {
    this.sides = { near: new Side('near', configuration), far: new Side('far') };
    this.near = this.sides.near.peer;
    this.far = this.sides.far.peer;
    this.farRefusal = farRefusal;
    this.pageHasChannels = false;
    this.busy = 0;
    this.lastAct = 0;
    /** @type {string[]} */
    this.errors = [];
    this.trickle(this.sides.near, this.sides.far);
    this.trickle(this.sides.far, this.sides.near);
  }

  /** @param {Side} from @param {Side} to */
  trickle(from, to) {
    from.peer.addEventListener('icecandidate', async ({ candidate }) => {
      await to.described.promise;
      await this.noting(async () => (await hasPlace(to.peer, candidate)) && to.peer.addIceCandidate(candidate));
    });
  }

  /** @param {() => Promise<unknown>} act */
  async noting(act) {
    this.busy += 1;
    await act().catch((error) => this.errors.push(`${error.name}: ${error.message}`));
    this.busy -= 1;
    this.lastAct = performance.now();
  }

  /** One offer and its answer. @param {'near' | 'far'} [offerer] @param {RTCOfferOptions} [options] */
  async negotiate(offerer = 'near', options) {
    const { near, far } = this.sides;
    const [from, to] = offerer === 'near' ? [near, far] : [far, near];
    const offer = await from.peer.createOffer(options);
    await from.peer.setLocalDescription(offer);
    from.keep(offer, this.pageHasChannels);
    await this.deliver(to, offer);
    await to.peer.setLocalDescription();
    to.keep(to.peer.localDescription, this.pageHasChannels);
    await this.deliver(from, to.peer.localDescription);
  }

  /** @param {Side} to @param {RTCSessionDescriptionInit | null} description */
  async deliver(to, description) {
    const { type = 'offer', sdp = '' } = description ?? {};
    await to.peer.setRemoteDescription({ type, sdp: this.refused(to, sdp) });
    to.described.resolve();
  }

  /**
   * A far side that refuses the data section that only Sotto asks for has never accepted it.
   * @param {Side} to @param {string} sdp
   */
  refused(to, sdp) {
    if (!this.farRefusal || this.pageHasChannels) return sdp;
    return to === this.sides.near ? this.farRefusal(sdp) : withDataRejected(sdp);
  }

  negotiateWhenNeeded() {
    this.near.addEventListener('negotiationneeded', () => this.noting(() => this.negotiate()));
  }

  /**
   * Something a page does, and all that follows from it.
   * @param {string} name @param {() => unknown} act
   */
  async step(name, act) {
    this.sides.near.see('signalling', `[${name}]`);
    await this.noting(async () => act());
    await this.quiet();
  }

  /** @param {string} label */
  openChannel(label) {
    this.pageHasChannels = true;
    const channel = this.near.createDataChannel(label);
    this.sides.near.listenTo(channel);
    return channel;
  }

  async connected() {
    for (const { name, peer } of Object.values(this.sides)) {
      await until(peer, 'connectionstatechange', () => peer.connectionState === 'connected', `${name} is connected`);
    }
  }

  /**
   * Nothing tells that no more will come: so all that was begun has to end, then a time to pass
   * without events, and last the browser's own threads to answer.
   */
  async quiet() {
    const end = performance.now() + PATIENCE;
    this.lastAct = performance.now();
    for (let last = -1; last !== this.last || this.busy > 0;) {
      if (performance.now() > end) throw new Error(`events without end: ${this.latest()}`);
      last = this.last;
      const left = Math.max(0, QUIET - (performance.now() - last));
      await new Promise((resolve) => { setTimeout(resolve, left); });
      await Promise.all([this.near.getStats(), this.far.getStats()]);
    }
  }

  get last() {
    const { near, far } = this.sides;
    return Math.max(this.lastAct, near.lastSeen, far.lastSeen);
  }

  latest() {
    const { near, far } = this.sides;
    return [near, far].map(({ name, seen }) => `${name} ${seen.signalling.slice(-6).join(', ')}`).join('; ');
  }

  /** All there was to see, once nothing more comes. */
  async observed() {
    await this.quiet();
    const { near, far } = this.sides;
    const errors = this.errors.map((error) => `error: ${error}`);
    return [...near.lines(), ...far.lines(), ...errors];
  }
}
