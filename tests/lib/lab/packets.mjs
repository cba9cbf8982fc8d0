/** Page side: Sotto's packets as whoever forwards frames sees and makes them (PROTOCOL.md sections 2, 3 and 9). */

const MAGIC = [...'SOTO'].map((letter) => letter.charCodeAt(0));
const END = [...'SOTI'].map((letter) => letter.charCodeAt(0));
const TRAILER = 2 + END.length;
const VERSION = 2;
const BEACON = 1;

/** @param {Uint8Array} data @returns {{body: Uint8Array, packet: Uint8Array | null}} */
export function split(data) {
  const end = data.length - TRAILER;
  const isEnd = end >= 0 && END.every((byte, n) => data[end + 2 + n] === byte);
  const start = isEnd ? end - ((data[end] << 8) | data[end + 1]) : -1;
  if (start < 0 || !MAGIC.every((byte, n) => data[start + n] === byte)) return { body: data, packet: null };
  return { body: data.subarray(0, start), packet: data.subarray(start, end) };
}

/** @param {Uint8Array} body @param {Uint8Array} packet */
export const join = (body, packet) => Uint8Array.of(...body, ...packet, ...uint(packet.length, 2), ...END);

/** The clear bytes of a frame: of Opus for 20 ms, or of VP8. @param {Uint8Array} data @param {import('./sfu.mjs').Kind} kind */
export function clear(data, kind) {
  if (kind === 'audio') return data.subarray(0, 3);
  return data.subarray(0, (data[0] & 1) === 0 ? 10 : 1);
}

/** @param {number | bigint} value @param {number} length in bytes, big-endian */
const uint = (value, length) => Uint8Array.from({ length }, (_, n) => Number((BigInt(value) >> BigInt(8 * (length - 1 - n))) & 255n));

/** @param {number} length */
export const random = (length) => crypto.getRandomValues(new Uint8Array(length));

/** @param {{id: Uint8Array, index: number, count: number, fragment: Uint8Array, version?: number}} parts */
export const packet = ({ id, index, count, fragment, version = VERSION }) =>
  Uint8Array.of(...MAGIC, version, ...id, ...uint(index, 2), ...uint(count, 2), ...fragment);

/** Where a beacon that is a packet of its own says what its sender seeks: behind sequence and standing. */
const SEEKS = 17 + 1 + 8 + 36;

/** @param {Uint8Array} bytes a packet @param {Uint8Array} group */
export const seeks = (bytes, group) => bytes[SEEKS] === 1 && group.every((byte, n) => bytes[SEEKS + 1 + n] === byte);

/** A message in one packet. @param {Uint8Array<ArrayBuffer>} message */
export async function whole(message) {
  const id = new Uint8Array(await crypto.subtle.digest('SHA-256', message)).subarray(0, 8);
  return packet({ id, index: 0, count: 1, fragment: message });
}

/** A stranger, who says so truly where it stands and that others are there. @param {Uint8Array} group */
export async function stranger(group) {
  const pair = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']));
  const key = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  const [sought, here, together, unheard] = [0, 1, 2, 0];
  const standing = [...group, ...uint(9, 8), ...group.subarray(0, 8), ...uint(0, 4)];
  /** @param {number} sequence */
  return async (sequence) => {
    const beacon = Uint8Array.of(...uint(sequence, 8), ...standing, sought, here, together, unheard);
    const signed = Uint8Array.of(...new TextEncoder().encode('Sotto 1 beacon'), ...beacon);
    const signature = new Uint8Array(await crypto.subtle.sign('Ed25519', pair.privateKey, signed));
    return whole(Uint8Array.of(BEACON, ...beacon, ...key, ...signature));
  };
}
