/**
 * Page side: one end of a call that a test script leads. It makes connections and media, settles
 * by perfect negotiation (W3C webrtc-pc section 10.7) what changes, and judges what arrives. The
 * script carries its signals to the other end. Nothing in here knows Sotto.
 */

import { forceKeyFrame } from './key-frame.mjs';
import { Layers } from './layers.mjs';
import { Negotiator } from './negotiator.mjs';
import { end, picture, tone } from './sources.mjs';
import { Watched } from './watched.mjs';

export { prepareSound } from './sources.mjs';

const PATIENCE = 20_000;

/**
 * `keyFrame`: somebody in between, who can't ask for one over the connection, wants one.
 * @typedef {{name: string, keyFrame?: boolean, description?: RTCSessionDescriptionInit,
 *   candidate?: RTCIceCandidateInit}} Signal
 */

export class Lab {
  /** @param {{polite: boolean, colour: [number, number, number], pitch: number}} self @param {(signal: Signal) => void} send */
  constructor(self, send) {
    this.self = self;
    this.send = send;
    /** @type {Map<string, Negotiator>} */
    this.calls = new Map();
    /** @type {{video: string, audio: string} | null} */
    this.codecs = null;
    /** @type {MediaStreamTrack[]} */
    this.made = [];
    this.largest = 960;
    /** Comfort noise is agreed on too. */
    this.pauses = false;
  }

  /**
   * @param {string} name of a connection, the same at both ends
   * @param {{manual?: boolean, configuration?: RTCConfiguration}} [how] `manual`: the scenario negotiates itself
   */
  open(name, { manual = false, configuration } = {}) {
    const call = new Negotiator(name, this.self.polite, (signal) => this.send({ name, ...signal }), manual, configuration);
    call.prefer = () => this.prefer(call.peer);
    call.peer.addEventListener('track', ({ track, transceiver }) => this.handleTrack(call, track, transceiver));
    this.calls.set(name, call);
    return call;
  }

  /** For one who sends simulcast: each layer arrives as a picture of its own. @param {string} name */
  openLayered(name) {
    this.open(name).interpreter = new Layers();
  }

  /** @param {string} name */
  call(name) {
    const call = this.calls.get(name);
    if (!call) throw new Error(`no connection ${name}`);
    return call;
  }

  /** @param {Signal} signal */
  receive({ name, keyFrame = false, ...signal }) {
    const call = this.calls.get(name) ?? this.open(name);
    if (!keyFrame) return call.receive(signal);
    const senders = call.peer.getSenders().filter(({ track }) => track?.kind === 'video');
    return Promise.all(senders.map(forceKeyFrame));
  }

  /** A camera of one's own colour, or another. @param {[number, number, number]} [colour] */
  camera(colour = this.self.colour) {
    const track = picture(colour);
    this.made.push(track);
    return track;
  }

  /** Large enough for three layers. */
  largeCamera() {
    const track = picture(this.self.colour, this.largest, 540);
    this.made.push(track);
    return track;
  }

  microphone() {
    const track = tone(this.self.pitch);
    this.made.push(track);
    return track;
  }

  /** Somebody who speaks and is silent in turn. */
  speaker() {
    const track = tone(this.self.pitch, 0.5);
    this.made.push(track);
    return track;
  }

  /** Mostly without comfort noise, whose detector takes a steady tone for silence. @param {RTCPeerConnection} peer */
  prefer(peer) {
    if (!this.codecs) return;
    for (const transceiver of peer.getTransceivers()) {
      const kind = /** @type {'audio' | 'video'} */ (transceiver.receiver.track.kind);
      const wanted = `${kind}/${this.codecs[kind]}`.toLowerCase();
      const known = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [];
      const first = known.filter(({ mimeType }) => mimeType.toLowerCase() === wanted);
      const rest = known.filter((codec) => !first.includes(codec) && (this.pauses || codec.mimeType !== 'audio/CN'));
      if (transceiver.direction !== 'stopped') transceiver.setCodecPreferences([...first, ...rest]);
    }
  }

  /** @param {Negotiator} call @param {MediaStreamTrack} track @param {RTCRtpTransceiver} transceiver */
  handleTrack(call, track, transceiver) {
    const known = call.watched.find((watched) => watched.transceiver === transceiver);
    if (known?.watched.track === track) return;
    call.watched.push({ transceiver, watched: new Watched(track) });
  }

  /** What arrives in place `nth` of a kind. @param {string} name @param {'audio' | 'video'} kind @param {number} nth */
  watched(name, kind, nth = 0) {
    const all = this.calls.get(name)?.watched.filter(({ watched }) => watched.track.kind === kind);
    return all?.at(nth)?.watched ?? null;
  }

  /** Of the picture that arrives. @param {string} name @param {number} [nth] */
  width(name, nth = 0) {
    return this.watched(name, 'video', nth)?.video?.videoWidth ?? 0;
  }

  /** @param {string} name @param {{colour?: number[], pitch?: number, nth?: number}} wanted */
  async perceives(name, { colour, pitch, nth = 0 }) {
    if (colour) await this.until(() => this.watched(name, 'video', nth)?.shows(colour), () => `picture ${colour}, not ${this.watched(name, 'video', nth)?.colour()}`);
    if (pitch) await this.until(() => this.watched(name, 'audio', nth)?.sounds(pitch), () => `a tone of ${pitch} Hz, not ${this.watched(name, 'audio', nth)?.level(pitch)} dB of it`);
  }

  /** @param {() => unknown} holds @param {() => string} wanted */
  async until(holds, wanted) {
    const end = performance.now() + PATIENCE;
    while (!holds()) {
      if (performance.now() > end) throw new Error(`never came: ${wanted()}`);
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
  }

  /** @param {string} name */
  forget(name) {
    for (const { watched } of this.call(name).watched) watched.forget();
  }

  /** @param {'audio' | 'video'} kind @param {string} codec */
  has(kind, codec) {
    const sends = RTCRtpSender.getCapabilities(kind)?.codecs ?? [];
    return sends.some(({ mimeType }) => mimeType.toLowerCase() === `${kind}/${codec}`.toLowerCase());
  }

  /** A sender by its kind, also one whose track was taken away. @param {string} name @param {string} kind */
  sender(name, kind) {
    return this.transceiver(name, kind).sender;
  }

  /** @param {string} name @param {string} kind */
  transceiver(name, kind) {
    const transceivers = this.call(name).peer.getTransceivers();
    const found = transceivers.find(({ receiver }) => receiver.track.kind === kind);
    if (!found) throw new Error(`no ${kind} in ${name}`);
    return found;
  }

  /** @param {string} name */
  fragment(name) {
    return /^a=ice-ufrag:(\S+)/m.exec(this.call(name).peer.currentLocalDescription?.sdp ?? '')?.[1];
  }

  /** Its own description, with all its candidates. @param {string} name */
  async gathered(name) {
    const { peer } = this.call(name);
    await this.until(() => peer.iceGatheringState === 'complete', () => 'all candidates');
    return peer.localDescription?.toJSON();
  }

  /** What the browser gives instead of a screen. */
  async screen() {
    const video = { width: 320, height: 240, frameRate: 15 };
    const screen = await navigator.mediaDevices.getDisplayMedia({ video, audio: true });
    this.made.push(...screen.getTracks());
    return screen;
  }

  /** @param {string} name @param {number} nth */
  moves(name, nth) {
    const fresh = () => (this.watched(name, 'video', nth)?.shown.length ?? 0) > 3;
    return this.until(fresh, () => `picture ${nth}, moving`);
  }

  /** A tone ends. @param {string} name @param {number} pitch */
  falls(name, pitch) {
    return this.until(() => !this.watched(name, 'audio')?.sounds(pitch), () => `no tone of ${pitch} Hz`);
  }

  /**
   * @param {string} name @param {(sent: any[]) => boolean} holds of its statistics of what is sent
   * @param {string} wanted
   */
  async sending(name, holds, wanted) {
    /** @type {any[]} */ let sent = [];
    const look = async () => {
      const entries = [...(await this.call(name).peer.getStats()).values()];
      sent = entries.filter(({ type }) => type === 'outbound-rtp');
    };
    await this.until(() => { look(); return holds(sent); }, () => `${wanted}: ${JSON.stringify(sent)}`);
  }

  /** Packets had to be sent again. @param {string} name */
  resends(name) {
    return this.sending(name, (sent) => sent.some(({ retransmittedPacketsSent: count }) => count > 3), 'packets sent again');
  }

  /** Packets of all these layers, which only what passed the transform makes. @param {string} name @param {string[]} rids */
  sends(name, rids) {
    const flows = (/** @type {any[]} */ sent, /** @type {string} */ wanted) => sent.some(({ rid, packetsSent }) => rid === wanted && packetsSent > 20);
    return this.sending(name, (sent) => rids.every((rid) => flows(sent, rid)), `layers ${rids}`);
  }

  /** @param {string} name @param {string} mode */
  sendsInMode(name, mode) {
    return this.sending(name, (sent) => sent.some(({ scalabilityMode }) => scalabilityMode === mode), mode);
  }

  /** Of the layers of its picture. @param {string} name @param {string} rid */
  async sendOnly(name, rid) {
    const sender = this.sender(name, 'video');
    const parameters = sender.getParameters();
    for (const encoding of parameters.encodings) encoding.active = encoding.rid === rid;
    await sender.setParameters(parameters);
  }

  /** @param {string} name */
  close(name) {
    this.call(name).peer.close();
    this.calls.delete(name);
  }

  /** @param {string} [but] a connection that stays */
  closeAll(but) {
    for (const name of this.calls.keys()) if (name !== but) this.close(name);
    for (const track of this.made) end(track);
    this.made = [];
    document.body.replaceChildren();
  }
}
