/**
 * The core, watched for traps. One is told by where it was thrown, inside a
 * call of the core, and by what: a RuntimeError, or a RangeError, which is a
 * stack overflow or memory that the browser would not give. Either leaves the
 * wasm's frames where they stood, and its memory can't be trusted any more.
 *
 * The same RangeError outside, of a buffer for a frame, say, has harmed nothing
 * but that frame. And the core's own errors are plain ones.
 */

/** @param {unknown} error */
const isTrap = (error) => error instanceof WebAssembly.RuntimeError || error instanceof RangeError;

/**
 * @param {Function} method @param {object} self
 * @param {() => void} trapped
 */
function watched(method, self, trapped) {
  /** @param {unknown[]} args */
  return (...args) => {
    try {
      return method.apply(self, args);
    } catch (error) {
      if (isTrap(error)) trapped();
      throw error;
    }
  };
}

/**
 * @param {Sotto.Core} core
 * @param {() => void} trapped is told before the error goes on
 * @returns {Sotto.Core}
 */
export function guarded(core, trapped) {
  const methods = Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(core)));
  const calls = methods.filter(([name, { value }]) => name !== 'constructor' && typeof value === 'function');
  return /** @type {any} */ (Object.fromEntries(calls.map(([name, { value }]) => [name, watched(value, core, trapped)])));
}
