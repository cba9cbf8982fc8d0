/**
 * Page side: the sound of a track, piece by piece from recordings of it. For a browser on a machine
 * without a sound card, whose AudioContext stands still.
 */

const PIECE_MS = 500;
const WINDOW = 4096;
const FLOOR = -100;

export class Recorded {
  /** @param {MediaStreamTrack} track */
  constructor(track) {
    this.track = track;
    this.decoder = new OfflineAudioContext(1, 1, 48_000);
    this.samples = new Float32Array(0);
    this.run();
  }

  async run() {
    while (this.track.readyState === 'live') this.samples = await this.piece();
  }

  /** @returns {Promise<Float32Array<ArrayBuffer>>} */
  async piece() {
    const recorder = new MediaRecorder(new MediaStream([this.track]));
    /** @type {Blob[]} */
    const parts = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const stopped = new Promise((resolve) => { recorder.onstop = resolve; });
    recorder.start();
    setTimeout(() => recorder.state === 'recording' && recorder.stop(), PIECE_MS);
    await stopped;
    const sound = await this.decoder.decodeAudioData(await new Blob(parts).arrayBuffer()).catch(() => null);
    return sound?.getChannelData(0) ?? new Float32Array(0);
  }

  /** Only what is recorded from now on counts. */
  forget() {
    this.samples = new Float32Array(0);
  }

  /** @param {number} pitch how far its tone stands out in the last piece, in decibels */
  level(pitch) {
    const beside = [60, 75, 90, 105, 120].flatMap((distance) => [distance, -distance]);
    let best = -Infinity;
    for (let start = 0; start + WINDOW <= this.samples.length; start += WINDOW) {
      const around = Math.max(...beside.map((distance) => this.loudness(start, pitch + distance)));
      best = Math.max(best, this.loudness(start, pitch) - around);
    }
    return best;
  }

  /** @param {number} start @param {number} pitch */
  loudness(start, pitch) {
    let [real, imaginary] = [0, 0];
    const step = (2 * Math.PI * pitch) / this.decoder.sampleRate;
    for (let n = 0; n < WINDOW; n += 1) {
      const sample = this.samples[start + n] * (1 - Math.cos((2 * Math.PI * n) / WINDOW));
      real += sample * Math.cos(step * n);
      imaginary += sample * Math.sin(step * n);
    }
    return Math.max(FLOOR, 20 * Math.log10((2 * Math.hypot(real, imaginary)) / WINDOW));
  }
}
