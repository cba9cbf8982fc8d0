/**
 * Page side: what became of single calls, and what functions and objects look like to a
 * script that inspects them.
 */

/**
 * Runs each and tells what it gave, or how it failed.
 * @param {Record<string, () => unknown>} acts
 * @returns {Promise<string[]>}
 */
export async function outcomes(acts) {
  const lines = [];
  for (const [name, act] of Object.entries(acts)) lines.push(`${name}: ${await outcome(act)}`);
  return lines;
}

/** @param {() => unknown} act */
async function outcome(act) {
  try {
    const result = act();
    return result instanceof Promise ? `promise of ${await settled(result)}` : shown(result);
  } catch (error) {
    return `throws ${shown(error)}`;
  }
}

/** @param {Promise<unknown>} promise */
function settled(promise) {
  return promise.then(shown, (error) => `failure ${shown(error)}`);
}

/** @param {unknown} value */
function shown(value) {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  return typeof value === 'function' ? `function ${value.name}` : (JSON.stringify(value) ?? String(value));
}

/**
 * Each property of an object: how it is defined, and each function in it by name, length,
 * source text and own properties.
 * @param {string} name
 * @param {object} object
 * @returns {string[]}
 */
export function shapeOf(name, object) {
  const properties = Object.entries(Object.getOwnPropertyDescriptors(object));
  return properties.map(([key, { value, get, set, ...flags }]) => {
    const functions = [value, get, set].filter((part) => typeof part === 'function').map(signature);
    return `${name}.${key}: ${JSON.stringify(flags)} ${functions.join(' ')}`;
  });
}

/** @param {Function} part */
function signature(part) {
  const own = Object.getOwnPropertyNames(part).join();
  const parent = Object.getPrototypeOf(part) === Function.prototype ? '' : `, from ${Object.getPrototypeOf(part)?.name}`;
  return `${part.name}/${part.length} "${Function.prototype.toString.call(part)}" {${own}}${parent}`;
}
