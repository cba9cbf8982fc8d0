/**
 * Cameras and microphones that can be told apart: each person gets a card of an own colour
 * with a moving bar, and a tone of an own pitch that comes and goes. Whose picture and
 * sound arrived is then judged by decoded pixels and by energy at the pitch.
 */

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FRAMES = 30;
const RATE = 48_000;

/**
 * Small, because what is tested doesn't grow with the picture and a machine of two cores has to
 * bear four browsers; large for layers.
 * @type {Record<SizeName, Size>}
 */
const SIZES = {
  usual: { width: 160, height: 120, rate: 10 },
  large: { width: 640, height: 480, rate: 15 },
};

/**
 * @typedef {{colour: [number, number, number], pitch: number}} Looks
 * @typedef {{camera: string, microphone: string, looks?: Looks, size?: Size}} Devices
 * @typedef {{width: number, height: number, rate: number}} Size
 * @typedef {'usual' | 'large'} SizeName
 */

/** Far apart in hue, and no pitch is a harmonic of another. @type {Looks[]} */
const LOOKS = [
  { colour: [200, 40, 40], pitch: 440 },
  { colour: [40, 170, 60], pitch: 610 },
  { colour: [50, 80, 210], pitch: 790 },
  { colour: [210, 180, 40], pitch: 1010 },
  { colour: [170, 50, 190], pitch: 1270 },
  { colour: [40, 180, 190], pitch: 1490 },
];

/**
 * @param {number} index
 * @returns {Looks}
 */
export function looksOf(index) {
  return LOOKS[index % LOOKS.length];
}

/**
 * Writes the files of one person's devices; a browser that takes no files is told the looks.
 * @param {string} folder
 * @param {number} index
 * @param {SizeName} [size]
 * @param {string | null} [ownCamera] a file that is there already
 * @returns {Devices}
 */
export function makeDevices(folder, index, size = 'usual', ownCamera = null) {
  mkdirSync(folder, { recursive: true });
  const looks = looksOf(index);
  const camera = ownCamera ?? join(folder, `camera-${index}-${size}.y4m`);
  const microphone = join(folder, `microphone-${index}.wav`);
  if (!ownCamera) put(camera, y4m(looks.colour, SIZES[size]));
  put(microphone, wav(looks.pitch));
  return { camera, microphone, looks, size: SIZES[size] };
}

/**
 * At once: another story's browser may be reading the same.
 * @param {string} file @param {Buffer} content
 */
function put(file, content) {
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, content);
  renameSync(fresh, file);
}

/**
 * @param {[number, number, number]} colour
 * @param {Size} size
 * @returns {Buffer}
 */
function y4m(colour, size) {
  const { width, height, rate } = size;
  const parts = [Buffer.from(`YUV4MPEG2 W${width} H${height} F${rate}:1 Ip A1:1 C420jpeg\n`)];
  for (let frame = 0; frame < FRAMES; frame += 1) {
    parts.push(Buffer.from('FRAME\n'), card(colour, frame, size));
  }
  return Buffer.concat(parts);
}

/**
 * One picture: the colour all over, a light bar that moves down, and the number of the
 * frame as dark blocks along the lower edge.
 * @param {[number, number, number]} colour
 * @param {number} frame
 * @param {Size} size
 */
function card(colour, frame, { width, height }) {
  const [y, u, v] = toYuv(colour);
  const luma = Buffer.alloc(width * height, y);
  const top = Math.floor((frame * (height - 40)) / FRAMES);
  luma.fill(Math.min(255, y + 50), top * width, (top + 8) * width);
  for (let bit = 0; bit < 5; bit += 1) {
    if ((frame >> bit) & 1) block(luma, width, 16 + bit * 24, height - 24, Math.max(0, y - 40));
  }
  const chroma = (width * height) / 4;
  return Buffer.concat([luma, Buffer.alloc(chroma, u), Buffer.alloc(chroma, v)]);
}

/**
 * @param {Buffer} luma
 * @param {number} width
 * @param {number} left
 * @param {number} top
 * @param {number} value
 */
function block(luma, width, left, top, value) {
  for (let row = top; row < top + 16; row += 1) {
    luma.fill(value, row * width + left, row * width + left + 16);
  }
}

/**
 * BT.601 in the narrow range that cameras use.
 * @param {[number, number, number]} colour
 */
function toYuv([r, g, b]) {
  const y = 0.299 * r + 0.587 * g + 0.114 * b;
  return [16 + 0.859 * y, 128 + 0.496 * (b - y), 128 + 0.627 * (r - y)].map(Math.round);
}

/**
 * Four seconds of 16-bit mono: the tone in bursts, because a browser's noise suppression
 * takes a steady one for noise.
 * @param {number} pitch
 * @returns {Buffer}
 */
function wav(pitch) {
  const samples = new Int16Array(RATE * 4);
  for (let n = 0; n < samples.length; n += 1) {
    const second = n / RATE;
    const loudness = Math.sin(Math.PI * ((second / 0.4) % 1)) ** 2;
    samples[n] = Math.round(16_000 * loudness * Math.sin(2 * Math.PI * pitch * second));
  }
  const body = Buffer.from(samples.buffer);
  return Buffer.concat([wavHeader(body.length), body]);
}

/** @param {number} length */
function wavHeader(length) {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(length, 40);
  return header;
}
