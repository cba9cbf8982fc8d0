/**
 * Messages from other contexts, checked field by field: `create(unknown)`
 * gives a message that has exactly its type, or null. What a page or a peer
 * can influence comes through here and is never trusted for more.
 */

/** The largest control message on a channel, as the relay has it too. */
const MAX_CONTROL = 64 * 1024;
const MAX_FLOWS = 4096;
const MAX_NAME = 256;
const MAX_ORIGIN = 200;
const MAX_FRAME = 16 * 1024 * 1024;
/** The largest still picture, as the relay has it too. */
const MAX_STILL = { width: 160, height: 90 };

/** What a stream can carry: a sender's role is known, of a receiver only what it takes. */
const CARRIED = /** @type {const} */ ({
  send: ['microphone', 'camera', 'screen-sound', 'screen-picture'],
  receive: ['audio', 'video'],
});
const STATES = /** @type {const} */ (['off', 'alone', 'joining', 'encrypted', 'trouble', 'unsupported']);
const CUTS = /** @type {const} */ (['sandboxed', 'lost']);
const REACHES = /** @type {const} */ (['ok', 'restricted', 'no-permission', 'reload-needed', 'contained']);

/** @param {unknown} value @returns {Record<string, unknown>} */
const fields = (value) =>
  typeof value === 'object' && value !== null ? /** @type {Record<string, unknown>} */ (value) : {};

/** @param {unknown} value @param {number} max @returns {value is number} */
const isWhole = (value, max) => typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max;

/** @param {unknown} value @returns {value is number} */
const isId = (value) => isWhole(value, 2 ** 31 - 1);

/** @param {unknown} value @param {number} max @returns {value is ArrayBuffer} */
const isBytes = (value, max) => value instanceof ArrayBuffer && value.byteLength <= max;

/** @param {unknown} value @param {number} max @returns {value is number} */
const isSide = (value, max) => isWhole(value, max) && value > 0;

/** @param {unknown} value @returns {Sotto.Still | null} */
function stillOf(value) {
  const { width, height, pixels } = fields(value);
  if (!isSide(width, MAX_STILL.width) || !isSide(height, MAX_STILL.height)) return null;
  const length = 4 * width * height;
  return isBytes(pixels, length) && pixels.byteLength === length ? { width, height, pixels } : null;
}

/** @param {unknown} value @returns {value is Sotto.Flow} */
const isFlow = (value) =>
  Array.isArray(value) && value.length === 5 && isId(value[0]) && value.every((figure) => typeof figure === 'number');

/** @param {unknown} value @returns {value is string} */
const isWord = (value) => typeof value === 'string' && /^[a-z0-9-]{1,64}$/.test(value);

/** @param {unknown} value @returns {value is boolean} */
const isBoolean = (value) => typeof value === 'boolean';

/** @template {string} T @param {unknown} value @param {readonly T[]} words @returns {value is T} */
const isOneOf = (value, words) => /** @type {readonly unknown[]} */ (words).includes(value);

/** @param {unknown} value @returns {Sotto.RelayToHost | null} */
export function relayToHost(value) {
  const { kind, token } = fields(value);
  return kind === 'port' && isWord(token) ? { kind, token } : null;
}

/** @param {unknown} value @returns {Sotto.ToBackground | null} */
export function toBackground(value) {
  const { kind, token, cut, state } = fields(value);
  if (kind === 'ask') return { kind };
  if (kind === 'badge') return isOneOf(state, STATES) ? { kind, state } : null;
  if (kind === 'cut') return cut === null || isOneOf(cut, CUTS) ? { kind, cut } : null;
  return isOneOf(kind, /** @type {const} */ (['hello', 'redeem'])) && isWord(token) ? { kind, token } : null;
}

/** @param {unknown} value @returns {Sotto.HostToCore | null} */
export function hostToCore(value) {
  const { kind, token } = fields(value);
  if (kind === 'leave') return { kind };
  return kind === 'attach' && isWord(token) ? { kind, token } : null;
}

/** @param {unknown} value @returns {Sotto.WordToCore | null} */
export function wordToCore(value) {
  const { kind, word } = fields(value);
  return kind === 'word' && isWord(word) ? { kind, word } : null;
}

/**
 * How each kind of message is checked.
 * @template {{kind: string}} M
 * @typedef {{[K in M['kind']]: (message: Record<string, unknown>) => Extract<M, {kind: K}> | null}} Checks
 */

/** @template {{kind: string}} M @param {Checks<M>} checks @param {unknown} value */
function checked(checks, value) {
  const message = fields(value);
  const { kind } = message;
  if (typeof kind !== 'string' || !Object.hasOwn(checks, kind)) return null;
  return checks[/** @type {M['kind']} */ (kind)](message);
}

/** @type {Checks<Sotto.OursToCore>} */
const fromOurs = {
  voucher({ token, tab, top, on, lock }) {
    if (!isWord(token) || !isId(tab) || !isBoolean(top) || !isBoolean(on)) return null;
    return { kind: 'voucher', token, tab, top, on, ...(isWord(lock) && { lock }) };
  },
  watch({ tab, reach, on, lock }) {
    if (!isId(tab) || !isBoolean(on)) return null;
    return { kind: 'watch', tab, on, ...(isOneOf(reach, REACHES) && { reach }), ...(isWord(lock) && { lock }) };
  },
  toggle: ({ tab, on }) => (isId(tab) && isBoolean(on) ? { kind: 'toggle', tab, on } : null),
  look: ({ tab, page, stream }) =>
    isId(tab) && isId(page) && isId(stream) ? { kind: 'look', tab, page, stream } : null,
  cuts: ({ tab, sandboxed, lost }) =>
    isId(tab) && isId(sandboxed) && isId(lost) ? { kind: 'cuts', tab, sandboxed, lost } : null,
  reach: ({ tab, reach }) => (isId(tab) && isOneOf(reach, REACHES) ? { kind: 'reach', tab, reach } : null),
  permission: ({ tab, given }) => (isId(tab) && isBoolean(given) ? { kind: 'permission', tab, given } : null),
  name: ({ name }) => (typeof name === 'string' ? { kind: 'name', name: name.slice(0, MAX_NAME) } : null),
  'try-name': ({ name }) => (typeof name === 'string' ? { kind: 'try-name', name: name.slice(0, MAX_NAME) } : null),
};

/** From whoever has said the word. @param {unknown} value @returns {Sotto.OursToCore | null} */
export const oursToCore = (value) => checked(fromOurs, value);

/** @type {Checks<Sotto.RelayToCore>} */
const fromRelay = {
  connection: ({ connection, state }) =>
    isId(connection) && isOneOf(state, /** @type {const} */ (['new', 'connected', 'closed']))
      ? { kind: 'connection', connection, state }
      : null,
  'far-end': ({ connection, origin, iceLite }) =>
    isId(connection) && typeof origin === 'string' && origin.length <= MAX_ORIGIN && isBoolean(iceLite)
      ? { kind: 'far-end', connection, origin, iceLite }
      : null,
  channel: ({ connection, open }) =>
    isId(connection) && isBoolean(open) ? { kind: 'channel', connection, open } : null,
  control: ({ connection, bytes }) =>
    isId(connection) && isBytes(bytes, MAX_CONTROL) ? { kind: 'control', connection, bytes } : null,
  stream: ({ stream, connection, direction, carries }) =>
    isId(stream) &&
    isId(connection) &&
    isOneOf(direction, /** @type {const} */ (['send', 'receive'])) &&
    isOneOf(carries, CARRIED[direction])
      ? { kind: 'stream', stream, connection, direction, carries }
      : null,
  'stream-left': ({ stream }) => (isId(stream) ? { kind: 'stream-left', stream } : null),
  'stream-ended': ({ stream }) => (isId(stream) ? { kind: 'stream-ended', stream } : null),
  flows: ({ flows }) =>
    Array.isArray(flows) && flows.length <= MAX_FLOWS && flows.every(isFlow) ? { kind: 'flows', flows } : null,
  bypassed: ({ stream }) => (isId(stream) ? { kind: 'bypassed', stream } : null),
  looked: () => ({ kind: 'looked' }),
  still: ({ look, still }) => (isId(look) ? { kind: 'still', look, still: stillOf(still) } : null),
  ping: () => ({ kind: 'ping' }),
  trouble: ({ code }) => (isWord(code) ? { kind: 'trouble', code } : null),
};

/** @param {unknown} value @returns {Sotto.RelayToCore | null} */
export const relayToCore = (value) => checked(fromRelay, value);

/** An SSRC. @param {unknown} value @returns {value is number} */
const isLayer = (value) => isWhole(value, 2 ** 32 - 1);

/** @param {unknown} value @returns {Sotto.PumpQuestion | null} */
export function pumpToCore(value) {
  if (!Array.isArray(value)) return null;
  const [stream, frame, payloadType, mime, layer] = value;
  if (!isId(stream) || !isWhole(payloadType, 127) || typeof mime !== 'string' || mime.length > 64) return null;
  if (layer !== null && !isLayer(layer)) return null;
  return isBytes(frame, MAX_FRAME) ? [stream, frame, payloadType, mime, layer] : null;
}
