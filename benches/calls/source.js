// What is sent. A video is noise in a small picture, so that the encoder, which stays cheap,
// makes frames as large as those of a large picture; the time of each frame is drawn into it.

export const PICTURE = { width: 320, height: 180 };
const BLOCK = 16;
const BITS = 20;
const TEMPLATES = 6;
const GREY = 110;
/** So much noise that any bitrate can be filled with it, and so little that any can be kept to. */
const DEPTH = 40;

/** Milliseconds, on a clock that all pages of a machine share. */
export const clock = () => performance.timeOrigin + performance.now();

/** @param {number} bit */
const place = (bit) => ({ x: (bit % 10) * 2 * BLOCK, y: Math.floor(bit / 10) * 2 * BLOCK });

function noise() {
  const { width, height } = PICTURE;
  const picture = new Uint8Array((width * height * 3) / 2);
  for (let start = 0; start < picture.length; start += 65_536) {
    crypto.getRandomValues(picture.subarray(start, start + 65_536));
  }
  return picture.map((value) => GREY + (value % DEPTH));
}

/** @param {Uint8Array} picture @param {number} time */
function stamp(picture, time) {
  const number = Math.floor(time) % 2 ** BITS;
  for (let bit = 0; bit < BITS; bit += 1) {
    const { x, y } = place(bit);
    for (let row = y; row < y + 2 * BLOCK; row += 1) {
      const start = row * PICTURE.width + x;
      picture.fill((number >> bit) & 1 ? 235 : 16, start, start + 2 * BLOCK);
    }
  }
}

/** How long ago the picture was drawn. @param {Uint8Array} luma @param {number} stride @param {number} now */
export function age(luma, stride, now) {
  let number = 0;
  for (let bit = 0; bit < BITS; bit += 1) {
    const { x, y } = place(bit);
    if (luma[(y + BLOCK) * stride + x + BLOCK] > 126) number |= 1 << bit;
  }
  const span = 2 ** BITS;
  return (((now % span) - number) % span + span) % span;
}

/**
 * A camera that a clock drives, not quite evenly: browsers decode and draw in steps of their own,
 * and a camera in step with them would be late by the same part of a step each time.
 */
export class Camera {
  constructor() {
    const generator = new /** @type {any} */ (window).MediaStreamTrackGenerator({ kind: 'video' });
    /** @type {MediaStreamTrack} */
    this.track = generator;
    this.writer = generator.writable.getWriter();
    this.templates = Array.from({ length: TEMPLATES }, noise);
    this.taken = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** @param {number} rate frames a second */
  start(rate) {
    this.take();
    this.timer = setTimeout(() => this.start(rate), (1000 / rate) * (0.75 + Math.random() / 2));
  }

  stop() {
    clearTimeout(this.timer);
  }

  take() {
    this.taken += 1;
    const picture = this.templates[this.taken % TEMPLATES];
    stamp(picture, clock());
    const { width, height } = PICTURE;
    this.writer.write(
      new VideoFrame(picture, {
        format: 'I420',
        codedWidth: width,
        codedHeight: height,
        timestamp: Math.round(performance.now() * 1000),
      }),
    );
  }
}

/** A microphone that hears a chord. */
export class Microphone {
  constructor() {
    this.audio = new AudioContext();
    const destination = this.audio.createMediaStreamDestination();
    for (const frequency of [220, 277, 330]) {
      const tone = new OscillatorNode(this.audio, { frequency });
      tone.connect(new GainNode(this.audio, { gain: 0.2 })).connect(destination);
      tone.start();
    }
    /** @type {MediaStreamTrack} */
    this.track = destination.stream.getAudioTracks()[0];
  }

  /** It is always on; senders are switched. */
  start() {}

  stop() {}
}
