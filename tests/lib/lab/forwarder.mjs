/**
 * Page side: stands between two ends of a lab as an SFU would, without Sotto. It passes on the
 * bytes of their control channels and their encoded frames, and does on the way what a test asks:
 * swaps streams, changes frames, sends its own. What leaves the ends it sees as the wire has it.
 */

import { forceKeyFrame } from './key-frame.mjs';
import { Negotiator } from './negotiator.mjs';
import { withNumbersOf } from './payload-types.mjs';
import { asServers, described, withoutData } from './server-sdp.mjs';
import { picture, tone } from './sources.mjs';

/** Of Sotto's control channel, as PROTOCOL.md section 2 has it. */
const CONTROL = { negotiated: true, id: 1007 };
const OWN_COLOUR = /** @type {[number, number, number]} */ ([220, 40, 220]);
const MOST = 10;
const MARK = 0xc1ea12;

/**
 * @typedef {{kind: string, nth: number, side: number}} Place
 * @typedef {'pass' | 'swap' | 'own'} Manner
 * @typedef {(data: ArrayBuffer, place: Place) => ArrayBuffer | null} Tamper null: the frame as it is
 */

export class Forwarder {
  /** @param {(side: number, signal: object) => void} send */
  constructor(send) {
    this.legs = [0, 1].map((side) => new Leg(this, side, (signal) => send(side, signal)));
    /** @type {Manner} */
    this.manner = 'pass';
    /** @type {Tamper} */
    this.tamper = () => null;
    /** @type {number[]} when marked frames came from each side, by kind */
    this.marked = [];
    this.forwarded = 0;
    /** Whether it says that it isn't a browser, and takes no data channels: SFUs that forward media only do. */
    this.isServer = false;
    /** @type {ArrayBuffer[][]} of each picture's frames, what the other is to carry */
    this.swapped = [[], []];
    this.refused = '';
  }

  close() {
    for (const { call } of this.legs) call.peer.close();
  }

  /** @param {number} side @param {any} signal */
  receive(side, signal) {
    const leg = this.legs[side];
    leg.openChannel();
    return leg.call.receive(signal);
  }

  /**
   * A frame's place, number and time stay, as an SFU would write them anew; its bytes are those of
   * the other picture. @param {number} nth @param {any} frame @returns {boolean} whether there are some
   */
  swap(nth, frame) {
    this.swapped[nth].push(frame.data.slice(0));
    if (this.swapped[nth].length > MOST) this.swapped[nth].shift();
    const other = this.swapped[1 - nth].shift();
    if (other) frame.data = other;
    return other !== undefined;
  }

  /** @param {Place} place @param {any} frame */
  async forward({ kind, nth, side }, frame) {
    if (isMarked(frame.data)) this.marked.push(performance.now());
    if (this.manner === 'own' || frame.data.byteLength === 0) return;
    if (this.manner === 'swap' && kind === 'video' && !this.swap(nth, frame)) return;
    const changed = this.tamper(frame.data, { kind, nth, side });
    if (changed) frame.data = changed;
    try {
      await this.legs[1 - side].writers.get(`${kind} ${nth}`)?.write(frame);
      this.forwarded += 1;
    } catch (error) {
      this.refused = String(error);
    }
  }
}

/** @param {ArrayBuffer} data */
const isMarked = (data) => data.byteLength > 4 && new DataView(data).getUint32(data.byteLength - 4) === MARK;

class Leg {
  /** @param {Forwarder} forwarder @param {number} side @param {(signal: object) => void} send */
  constructor(forwarder, side, send) {
    this.forwarder = forwarder;
    this.side = side;
    this.send = send;
    this.call = new Negotiator('call', true, send, false, /** @type {any} */ ({ encodedInsertableStreams: true }));
    this.call.rewrite = (sdp) => withNumbersOf(sdp, this.other.call.peer.remoteDescription?.sdp);
    this.call.interpreter = {
      incoming: (signal) => (forwarder.isServer ? described(signal, withoutData) : signal),
      outgoing: (signal) => (forwarder.isServer ? described(signal, asServers) : signal),
    };
    /** @type {Map<string, WritableStreamDefaultWriter>} */
    this.writers = new Map();
    /** @type {Record<string, number>} */
    this.arrived = { audio: 0, video: 0 };
    /** @type {RTCDataChannel | null} */
    this.channel = null;
    this.call.peer.addEventListener('track', ({ track, receiver }) => this.handleTrack(track.kind, receiver));
  }

  /** @returns {Leg} */
  get other() {
    return this.forwarder.legs[1 - this.side];
  }

  /** Not before there is media: until then there is nobody to make an offer to. */
  openChannel() {
    if (this.channel || this.forwarder.isServer) return;
    this.channel = this.call.peer.createDataChannel('', CONTROL);
    this.channel.binaryType = 'arraybuffer';
    this.channel.onmessage = ({ data }) => this.other.say(data);
  }

  /** @param {ArrayBuffer} bytes */
  say(bytes) {
    if (this.channel?.readyState === 'open') this.channel.send(bytes);
  }

  /** @param {string} kind @param {any} receiver */
  async handleTrack(kind, receiver) {
    const nth = this.arrived[kind];
    this.arrived[kind] += 1;
    const reader = receiver.createEncodedStreams().readable.getReader();
    this.other.makeWay(kind, nth);
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      await this.forwarder.forward({ kind, nth, side: this.side }, value);
    }
  }

  /** A sender of its own, whose frames give way to those that are passed on. @param {string} kind @param {number} nth */
  async makeWay(kind, nth) {
    this.openChannel();
    const track = kind === 'video' ? picture(OWN_COLOUR) : tone(2000);
    const sender = /** @type {any} */ (this.call.peer.addTrack(track));
    const { readable, writable } = sender.createEncodedStreams();
    const writer = writable.getWriter();
    this.writers.set(`${kind} ${nth}`, writer);
    const reader = readable.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      // The far decoder asks whom it knows; the frames come from elsewhere.
      if (value.type === 'key') this.other.send({ keyFrame: true });
      if (this.forwarder.manner !== 'own') continue;
      await writer.write(value).catch(() => {});
      // So that a decoder can start with any frame.
      if (kind === 'video') await forceKeyFrame(sender);
    }
  }
}
