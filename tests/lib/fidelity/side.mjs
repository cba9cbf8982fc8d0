/**
 * Page side: one connection of a pair, with a record of all that a page can see of it.
 *
 * Each kind of event has a sequence of its own: between signalling and what the network does
 * a browser keeps no order.
 */

import { Comparable } from './sdp.mjs';

/**
 * Firefox goes through the states of the network anew with each section that is offered, Sotto's
 * too, and says `new` between them or doesn't, as it happens without Sotto: what remains is which
 * other states there were, and the last.
 * @param {string} kind @param {string[]} states
 */
function comparable(kind, states) {
  const ofNetwork = kind === 'connection' || kind === 'ice' || kind === 'gathering';
  if (!ofNetwork || 'createEncodedStreams' in RTCRtpSender.prototype) return states;
  return [...[...new Set(states)].filter((state) => state !== 'new').sort(), `at last ${states.at(-1)}`];
}

export class Side {
  /** @param {string} name @param {RTCConfiguration} [configuration] */
  constructor(name, configuration) {
    this.name = name;
    this.peer = new RTCPeerConnection(configuration);
    this.comparable = new Comparable();
    /** @type {Record<string, string[]>} */
    this.seen = { signalling: [], connection: [], ice: [], gathering: [], data: [] };
    this.lastSeen = 0;
    /** @type {string[]} */
    this.descriptions = [];
    /** @type {PromiseWithResolvers<void>} */
    this.described = Promise.withResolvers();
    this.listen();
  }

  listen() {
    const { peer } = this;
    peer.addEventListener('negotiationneeded', () => this.see('signalling', 'negotiationneeded'));
    peer.addEventListener('signalingstatechange', () => this.see('signalling', peer.signalingState));
    peer.addEventListener('track', ({ track }) => this.see('signalling', `track ${track.kind}`));
    peer.addEventListener('connectionstatechange', () => this.see('connection', peer.connectionState));
    peer.addEventListener('iceconnectionstatechange', () => this.see('ice', peer.iceConnectionState));
    peer.addEventListener('icegatheringstatechange', () => this.see('gathering', peer.iceGatheringState));
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

  /** @param {string} kind @param {string} what */
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
    const events = Object.entries(seen).map(([kind, list]) => `${name} ${kind}: ${comparable(kind, list).join(', ')}`);
    const transceivers = peer.getTransceivers().map(({ direction, currentDirection, sender, receiver }, n) => {
      const tracks = `sends ${sender.track?.kind ?? 'nothing'}, receives ${receiver.track.kind}`;
      const transforms = `transforms ${sender.transform} ${receiver.transform}`;
      return `${name} transceiver ${n}: ${direction} ${currentDirection}, ${tracks}, ${transforms}`;
    });
    return [...events, ...transceivers, ...this.descriptions.flatMap((text) => text.split('\n'))];
  }
}
