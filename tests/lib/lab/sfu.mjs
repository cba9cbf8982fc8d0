/**
 * Page side: an SFU of ours. Each person sends to it on one connection and has others on a second one;
 * it forwards encoded frames, takes no data channel and knows no key. It lies as a test tells it to.
 */

import { Negotiator } from './negotiator.mjs';
import { withNumbersOf } from './payload-types.mjs';
import { asServers, described, withoutData } from './server-sdp.mjs';
import { picture, tone } from './sources.mjs';

/**
 * @typedef {'audio' | 'video'} Kind
 * @typedef {{from: string, to: string, kind: Kind}} Way
 * @typedef {(data: Uint8Array, way: Way) => Uint8Array | null} Lie what goes on in a frame's place; null: nothing
 * @typedef {{heard?: (data: Uint8Array, from: string) => void, lie: Lie}} Manner `heard`: each frame, once
 * @typedef {{others: string[], offer: string}} Guest whom one is shown, and what one's browser offers
 */

const KINDS = /** @type {Kind[]} */ (['audio', 'video']);
/** Which every browser has. */
const CODECS = { audio: 'audio/opus', video: 'video/VP8' };
/** Of senders whose frames give way to those that are forwarded. */
const OWN_COLOUR = /** @type {[number, number, number]} */ ([220, 220, 220]);
const OWN_SIZE = /** @type {const} */ ([64, 48]);

/** @type {Manner} */
export const HONEST = { lie: (data) => data };

export class Sfu {
  /** @param {(to: string, signal: object) => void} send @param {Record<string, Guest>} guests */
  constructor(send, guests) {
    this.guests = guests;
    /** @type {Manner} */
    this.manner = HONEST;
    /** Frames that didn't go on as they came, since it was told how to lie. */
    this.lied = 0;
    this.picture = picture(OWN_COLOUR, ...OWN_SIZE);
    this.tone = tone(2000);
    this.seats = new Map(Object.keys(guests).map((name) => [name, new Seat(this, name, send)]));
  }

  close() {
    for (const { up, down } of this.seats.values()) for (const call of [up, down]) call.peer.close();
    this.picture.stop();
    this.tone.stop();
  }

  /** @param {Manner} manner */
  behave(manner) {
    this.manner = manner;
    this.lied = 0;
  }

  /** @param {string} from @param {{name: string} & import('./negotiator.mjs').Signal} signal */
  receive(from, { name, ...signal }) {
    const seat = this.seats.get(from);
    return (name === 'up' ? seat?.up : seat?.down)?.receive(signal);
  }

  /** @param {string} from @param {Kind} kind @param {any} frame */
  async forward(from, kind, frame) {
    const data = new Uint8Array(frame.data);
    if (data.length === 0) return;
    this.manner.heard?.(data, from);
    for (const [to, seat] of this.seats) {
      const writer = seat.writers.get(`${kind} of ${from}`);
      if (!writer) continue;
      const instead = this.manner.lie(data, { from, to, kind });
      if (instead !== data) this.lied += 1;
      if (instead) await writer.write(copyOf(frame, instead)).catch(() => {});
    }
  }
}

/** @param {any} frame @param {Uint8Array} data */
function copyOf(frame, data) {
  const copy = new frame.constructor(frame);
  copy.data = data.slice().buffer;
  return copy;
}

class Seat {
  /** @param {Sfu} sfu @param {string} name @param {(to: string, signal: object) => void} send */
  constructor(sfu, name, send) {
    const { others } = sfu.guests[name];
    this.sfu = sfu;
    this.up = open('up', (signal) => send(name, signal));
    this.down = open('down', (signal) => send(name, signal));
    this.down.rewrite = (sdp) => numbered(sdp, others.flatMap((other) => KINDS.map(() => sfu.guests[other].offer)));
    /** @type {Map<string, WritableStreamDefaultWriter>} */
    this.writers = new Map();
    this.up.peer.addEventListener('track', ({ track, receiver }) => this.listen(name, /** @type {Kind} */ (track.kind), receiver));
    for (const other of others) for (const kind of KINDS) this.show(other, kind, send);
  }

  /** @param {string} name @param {Kind} kind @param {any} receiver */
  async listen(name, kind, receiver) {
    for await (const frame of receiver.createEncodedStreams().readable) await this.sfu.forward(name, kind, frame);
  }

  /** @param {string} other @param {Kind} kind @param {(to: string, signal: object) => void} send */
  async show(other, kind, send) {
    const track = kind === 'video' ? this.sfu.picture : this.sfu.tone;
    const transceiver = this.down.peer.addTransceiver(track, { direction: 'sendonly' });
    const { codecs = [] } = RTCRtpSender.getCapabilities(kind) ?? {};
    transceiver.setCodecPreferences(codecs.filter(({ mimeType }) => mimeType === CODECS[kind]));
    const { sender } = transceiver;
    const { readable, writable } = /** @type {any} */ (sender).createEncodedStreams();
    this.writers.set(`${kind} of ${other}`, writable.getWriter());
    // The far decoder asks whom it knows; the frames come from elsewhere.
    for await (const { type } of readable) if (type === 'key') send(other, { name: 'up', keyFrame: true });
  }
}

/**
 * Frames that are passed on keep their codec's number, which each browser chooses: a section has those of whom
 * it shows. @param {string} sdp @param {string[]} offers for each section in turn
 */
function numbered(sdp, offers) {
  const [head, ...sections] = sdp.split(/^(?=m=)/m);
  return head + sections.map((section, n) => withNumbersOf(section, offers[n])).join('');
}

/** @param {string} name @param {(signal: object) => void} send */
function open(name, send) {
  const configuration = /** @type {any} */ ({ encodedInsertableStreams: true });
  const call = new Negotiator(name, true, (signal) => send({ name, ...signal }), false, configuration);
  call.interpreter = {
    incoming: (signal) => described(signal, withoutData),
    outgoing: (signal) => described(signal, asServers),
  };
  return call;
}
