/**
 * One other person of the call: a peer connection with perfect negotiation, and a tile.
 * The signalling channel is handed in as a function; this file never touches the socket.
 */

import { preferCodecs, useLayers, withPacketTime } from './codecs.js';
import { Tile } from './tiles.js';

/**
 * @typedef {{description?: RTCSessionDescriptionInit, candidate?: RTCIceCandidateInit}} Signal
 * @typedef {{id: string, name: string, polite: boolean, stream: MediaStream,
 *   wishes: import('./codecs.js').Wishes, send: (signal: Signal) => void}} Options
 */

export class Person {
  /** @param {Options} options */
  constructor(options) {
    this.options = options;
    this.tile = new Tile(options.id, options.name);
    this.connection = new RTCPeerConnection();
    this.makingOffer = false;
    this.ignoringOffer = false;
    this.queue = Promise.resolve();
    this.connection.onnegotiationneeded = () => this.offer();
    this.connection.onicecandidate = ({ candidate }) => {
      if (candidate) options.send({ candidate: candidate.toJSON() });
    };
    this.connection.ontrack = ({ streams }) => this.tile.show(streams[0] ?? null);
    this.connection.onconnectionstatechange = () => this.followState();
    this.addMedia();
  }

  addMedia() {
    const { stream } = this.options;
    for (const kind of ['audio', 'video']) {
      const track = stream.getTracks().find((one) => one.kind === kind);
      if (track) this.connection.addTrack(track, stream);
      else this.connection.addTransceiver(kind, { direction: 'recvonly' });
    }
    preferCodecs(this.connection, this.options.wishes);
  }

  /** Changes what is used from here on. @param {string} video */
  useCodec(video) {
    this.options.wishes.video = video;
    preferCodecs(this.connection, this.options.wishes);
    return this.offer();
  }

  async offer() {
    try {
      this.makingOffer = true;
      await this.connection.setLocalDescription();
      this.sendDescription();
    } catch (error) {
      console.warn('could not offer', error);
    } finally {
      this.makingOffer = false;
    }
  }

  /**
   * Signals are handled one after the other: a candidate must wait for its description.
   * @param {Signal} signal
   */
  receive(signal) {
    this.queue = this.queue
      .then(() => this.handle(signal))
      .catch((error) => console.warn('could not follow a signal', error));
    return this.queue;
  }

  /** @param {Signal} signal */
  async handle({ description, candidate }) {
    if (description) await this.handleDescription(description);
    else if (candidate && !this.ignoringOffer) await this.connection.addIceCandidate(candidate);
  }

  /** @param {RTCSessionDescriptionInit} description */
  async handleDescription(description) {
    const busy = this.makingOffer || this.connection.signalingState !== 'stable';
    const collision = description.type === 'offer' && busy;
    this.ignoringOffer = collision && !this.options.polite;
    if (this.ignoringOffer) return;
    await this.connection.setRemoteDescription(withPacketTime(description, this.options.wishes));
    if (description.type === 'offer') {
      await this.connection.setLocalDescription();
      this.sendDescription();
    }
  }

  sendDescription() {
    const description = this.connection.localDescription;
    if (description) this.options.send({ description: description.toJSON() });
  }

  followState() {
    const { connectionState } = this.connection;
    this.tile.state(connectionState === 'connected' ? '' : connectionState);
    if (connectionState === 'connected') this.layer();
    this.tile.element.dataset.connection = connectionState;
    if (connectionState === 'failed') this.connection.restartIce();
  }

  layer() {
    return useLayers(this.connection, this.options.wishes.layers)
      .catch((error) => console.warn('could not use layers', error));
  }

  async updateDetails() {
    const reports = [...(await this.connection.getStats()).values()];
    const video = reports.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video');
    if (!video?.frameWidth) return;
    const codec = reports.find(({ id }) => id === video.codecId)?.mimeType ?? 'video/?';
    this.tile.details({
      width: video.frameWidth,
      height: video.frameHeight,
      frames: video.framesDecoded,
      codec: codec.slice('video/'.length),
    });
  }

  close() {
    this.connection.close();
    this.tile.remove();
  }
}
