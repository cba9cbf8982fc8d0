/**
 * Page side: two connections of one page in a call with each other, and a record of all that
 * a page can see of it.
 *
 * Signalling, transport and data channels each have a sequence of their own: between them a
 * browser keeps no order.
 */

import { Comparable, withDataRejected } from './sdp.mjs';

const PATIENCE = 15_000;
/** Longer than the relay's interval for noticing what no event tells. */
const QUIET = 300;

/** @typedef {(sdp: string) => string} Change */

class Side {
  /** @param {string} name @param {RTCConfiguration} [configuration] */
  constructor(name, configuration) {
    this.name = name;
    this.peer = new RTCPeerConnection(configuration);
    this.comparable = new Comparable();
    /** @type {Record<'signalling' | 'transport' | 'data', string[]>} */
    this.seen = { signalling: [], transport: [], data: [] };
    this.lastSeen = 0;
    /** @type {string[]} */
    this.descriptions = [];
    /** @type {(() => void) | undefined} */
    this.describe = undefined;
    this.described = new Promise((resolve) => { this.describe = () => resolve(undefined); });
    this.listen();
  }

  listen() {
    const { peer } = this;
    peer.addEventListener('negotiationneeded', () => this.see('signalling', 'negotiationneeded'));
    peer.addEventListener('signalingstatechange', () => this.see('signalling', peer.signalingState));
    peer.addEventListener('track', ({ track }) => this.see('signalling', `track ${track.kind}`));
    peer.addEventListener('connectionstatechange', () => this.see('transport', peer.connectionState));
    peer.addEventListener('datachannel', ({ channel }) => {
      this.see('data', `datachannel ${channel.label} ${channel.id}`);
      this.listenTo(channel);
    });
  }

  /** @param {RTCDataChannel} channel */
  listenTo(channel) {
    channel.addEventListener('open', () => this.see('data', `open ${channel.label}`));
    channel.addEventListener('message', (event) => this.see('data', `message ${channel.label} ${event.data}`));
    channel.addEventListener('close', () => this.see('data', `close ${channel.label}`));
  }

  /** @param {'signalling' | 'transport' | 'data'} kind @param {string} what */
  see(kind, what) {
    this.seen[kind].push(what);
    this.lastSeen = performance.now();
  }

  /** @param {RTCSessionDescriptionInit | null} description @param {boolean} keepsData */
  keep(description, keepsData) {
    const name = `${this.name} ${description?.type} ${this.descriptions.length}`;
    const lines = this.comparable.lines(description?.sdp ?? '', keepsData);
    this.descriptions.push(lines.map((line) => `${name}, ${line}`).join('\n'));
  }

  lines() {
    const { peer, name, seen } = this;
    const events = Object.entries(seen).map(([kind, list]) => `${name} ${kind}: ${list.join(', ')}`);
    const transceivers = peer.getTransceivers().map(({ direction, currentDirection, sender, receiver }, n) => {
      const tracks = `sends ${sender.track?.kind ?? 'nothing'}, receives ${receiver.track.kind}`;
      const transforms = `transforms ${sender.transform} ${receiver.transform}`;
      return `${name} transceiver ${n}: ${direction} ${currentDirection}, ${tracks}, ${transforms}`;
    });
    return [...events, ...transceivers, ...this.descriptions.flatMap((text) => text.split('\n'))];
  }
}

export class Pair {
  /** @param {{configuration?: RTCConfiguration, farRefusal?: Change}} [wishes] */
  constructor({ configuration, farRefusal } = {}) {
    this.sides = { near: new Side('near', configuration), far: new Side('far') };
    this.near = this.sides.near.peer;
    this.far = this.sides.far.peer;
    this.farRefusal = farRefusal;
    this.pageHasChannels = false;
    /** @type {string[]} */
    this.errors = [];
    this.trickle(this.sides.near, this.sides.far);
    this.trickle(this.sides.far, this.sides.near);
  }

  /** @param {Side} from @param {Side} to */
  trickle(from, to) {
    from.peer.addEventListener('icecandidate', async ({ candidate }) => {
      await to.described;
      await this.noting(() => to.peer.addIceCandidate(candidate));
    });
  }

  /** @param {() => Promise<unknown>} act */
  async noting(act) {
    await act().catch((error) => this.errors.push(`${error.name}: ${error.message}`));
  }

  /** One offer and its answer. @param {'near' | 'far'} [offerer] */
  async negotiate(offerer = 'near') {
    const { near, far } = this.sides;
    const [from, to] = offerer === 'near' ? [near, far] : [far, near];
    const offer = await from.peer.createOffer();
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
    to.describe?.();
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

  /** Nothing tells that no more will come, so this takes a time without events for it. */
  async quiet() {
    const { near, far } = this.sides;
    const began = performance.now();
    for (;;) {
      const left = QUIET - (performance.now() - Math.max(began, near.lastSeen, far.lastSeen));
      if (left <= 0) return;
      await new Promise((resolve) => { setTimeout(resolve, left); });
    }
  }

  /** All there was to see, once nothing more comes. */
  async observed() {
    await this.quiet();
    const { near, far } = this.sides;
    const errors = this.errors.map((error) => `error: ${error}`);
    return [...near.lines(), ...far.lines(), ...errors];
  }
}

/**
 * @param {EventTarget} target @param {string} event
 * @param {() => boolean} holds @param {string} wanted
 */
export async function until(target, event, holds, wanted) {
  const end = performance.now() + PATIENCE;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`never seen: ${wanted}`);
    await new Promise((resolve) => {
      target.addEventListener(event, resolve, { once: true });
      setTimeout(resolve, end - performance.now());
    });
  }
}
