/** The way to the core: what kills it for every tab, and what is one page's trouble. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine } from '../../worker/engine.js';

/**
 * An engine with a core that does this, and what became of it.
 * @param {Partial<Sotto.Core>} methods @param {object} [memory]
 */
function engineWith(methods, memory = { buffer: new ArrayBuffer(64) }) {
  /** @type {string[]} */ const heard = [];
  class Core {
    hasOutput() { return false; }
    pollOutput() { return undefined; }
    pollTimeout() { return undefined; }
    /** @param {number} _ @param {number} page @param {string} code */
    trouble(_, page, code) { heard.push(`${code} in ${page}`); }
  }
  Object.assign(Core.prototype, methods);
  const desk = { handleOutput() {}, handleCrash: () => heard.push('crashed') };
  return { engine: new Engine(/** @type {any} */ (new Core()), /** @type {any} */ (memory), desk), heard };
}

/** @param {Error} error @returns {() => never} */
const throwing = (error) => () => { throw error; };

for (const error of [new WebAssembly.RuntimeError('unreachable'), new RangeError('Maximum call stack size exceeded')]) {
  test(`a ${error.name} out of the core is a trap: it is never called again`, () => {
    const { engine, heard } = engineWith({ control: throwing(error) });
    engine.attempt(3, (core) => core.control(0, 3, 1, new Uint8Array()));
    assert.deepEqual(heard, ['crashed']);
    assert.equal(engine.attempt(3, () => 'called'), undefined);
  });
}

test('an error of the core is a trouble of the page', () => {
  const { engine, heard } = engineWith({ control: throwing(new Error('no')) });
  engine.attempt(3, (core) => core.control(0, 3, 1, new Uint8Array()));
  assert.deepEqual(heard, ['core-error in 3']);
  assert.equal(engine.attempt(3, () => 'called'), 'called');
});

test('memory that runs out beside the core costs a frame and no call of anybody', () => {
  const slice = throwing(new RangeError('Array buffer allocation failed'));
  const buffer = Object.assign(new ArrayBuffer(64), { slice });
  const { engine, heard } = engineWith({ room: () => 8, transform: () => 8, transformed: () => 16 }, { buffer });
  const frame = () => engine.attempt(3, (_, now) => engine.frames?.transform(now, 3, 1, 0, new ArrayBuffer(4), 0));
  assert.equal(frame(), undefined);
  assert.deepEqual(heard, ['core-error in 3']);
  assert.equal(engine.dead, false);
});
