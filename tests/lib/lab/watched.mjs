/** Page side: a track that arrived, judged by its decoded pixels or by its sound. */

import { Recorded } from './recorded.mjs';
import { audioContext } from './sources.mjs';

const LOUD = 20;
const NEAR = 60;

export class Watched {
  /** @param {MediaStreamTrack} track */
  constructor(track) {
    this.track = track;
    /** @type {number[]} when each frame was shown */
    this.shown = [];
    this.since = performance.now();
    if (track.kind === 'video') this.watchPicture();
    else this.listen();
  }

  watchPicture() {
    const video = document.createElement('video');
    Object.assign(video, { muted: true, autoplay: true, srcObject: new MediaStream([this.track]) });
    document.body.append(video);
    const next = () => video.requestVideoFrameCallback((now) => {
      this.shown.push(now);
      next();
    });
    next();
    video.play().catch(() => {});
    this.video = video;
  }

  listen() {
    const context = audioContext();
    // Without an element that plays it, Chromium decodes no sound.
    this.element = Object.assign(new Audio(), { muted: true, srcObject: new MediaStream([this.track]) });
    this.element.play().catch(() => {});
    if (context.state !== 'running') {
      this.recorded = new Recorded(this.track);
      return;
    }
    this.analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 });
    context.createMediaStreamSource(new MediaStream([this.track])).connect(this.analyser);
  }

  /** @returns {[number, number, number]} the mean of the middle of the picture */
  colour() {
    const canvas = new OffscreenCanvas(16, 12);
    const pen = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
    if (this.video?.videoWidth) pen.drawImage(this.video, 0, 0, 16, 12);
    const { data } = pen.getImageData(4, 3, 8, 6);
    const mean = [0, 1, 2].map((part) => {
      const values = data.filter((_, n) => n % 4 === part);
      return Math.round(values.reduce((sum, value) => sum + value, 0) / values.length);
    });
    return /** @type {[number, number, number]} */ (mean);
  }

  /** @param {number[]} wanted */
  shows(wanted) {
    const colour = this.colour();
    const fresh = this.shown.filter((at) => at > this.since).length;
    return fresh >= 3 && Math.hypot(...colour.map((part, n) => part - wanted[n])) < NEAR;
  }

  /** @param {number} pitch how far its tone stands out, in decibels */
  level(pitch) {
    if (this.recorded) return this.recorded.level(pitch);
    if (!this.analyser) return -Infinity;
    const bins = new Float32Array(this.analyser.frequencyBinCount);
    this.analyser.getFloatFrequencyData(bins);
    const hertz = audioContext().sampleRate / this.analyser.fftSize;
    /** @param {number} from @param {number} to */
    const loudest = (from, to) => Math.max(-100, ...bins.slice(Math.round(from / hertz), Math.round(to / hertz) + 1));
    const beside = Math.max(loudest(pitch - 120, pitch - 60), loudest(pitch + 60, pitch + 120));
    return loudest(pitch - 15, pitch + 15) - beside;
  }

  /** @param {number} pitch */
  sounds(pitch) {
    return this.level(pitch) > LOUD;
  }

  /** From now on only what is new counts. */
  forget() {
    this.since = performance.now();
    this.shown = [];
    this.recorded?.forget();
  }

  /** The longest time without a new picture since the last `forget`, in milliseconds. */
  gap() {
    const times = [this.since, ...this.shown, performance.now()];
    return Math.round(Math.max(...times.slice(1).map((at, n) => at - times[n])));
  }
}
