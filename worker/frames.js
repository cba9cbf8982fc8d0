/**
 * The way of a frame through the core's memory: copied in once, to room that
 * the core keeps, and out once, into the buffer that the pump gets.
 *
 * @param {Sotto.Core} core @param {WebAssembly.Memory} memory the core's
 * @param {number} now @param {number} page @param {number} stream
 * @param {number} codec @param {ArrayBuffer} frame
 * @returns {ArrayBuffer | null} null: drop it
 */
export function transform(core, memory, now, page, stream, codec, frame) {
  const room = core.room(frame.byteLength);
  new Uint8Array(memory.buffer).set(new Uint8Array(frame), room);
  const start = core.transform(now, page, stream, codec, frame.byteLength);
  return start === 0 ? null : memory.buffer.slice(start, start + core.transformed());
}
