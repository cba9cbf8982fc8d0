/** When the relay looks at its streams itself. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeEach, test } from 'node:test';
import { createContext, runInContext } from 'node:vm';

const FILE = join(resolve(import.meta.dirname, '../..'), 'content-scripts/relay/lookout.js');

/** @type {{on: boolean, now: number, looks: number}} */ let relay;
/** @type {any} */ let lookout;
/** @type {(ms: number) => number} how often it looked in that time */ let pass;

beforeEach(() => {
  relay = { on: true, now: 10_000, looks: 0 };
  /** @type {() => void} */ let tick = () => {};
  const context = createContext({
    performance: { now: () => relay.now },
    setInterval: (/** @type {() => void} */ act) => { tick = act; },
    relay: { isOn: () => relay.on, look: () => { relay.looks += 1; } },
  });
  lookout = runInContext(`${readFileSync(FILE, 'utf8')}; new SottoLookout(relay)`, context);
  pass = (ms) => {
    const before = relay.looks;
    for (let passed = 0; passed < ms; passed += 200) {
      relay.now += 200;
      tick();
    }
    return relay.looks - before;
  };
});

test('not while the core does, and soon after it fell silent, until it does again', () => {
  for (let n = 0; n < 10; n += 1) {
    assert.equal(pass(200), 0);
    assert.equal(lookout.handleWatch(), false);
  }
  assert.equal(pass(400), 0);
  assert.equal(pass(1_000), 5);
  assert.equal(lookout.handleWatch(), true, 'it hears that nobody else looked');
  assert.equal(pass(400), 0);
});

test('at once where the core is lost, also where that was while Sotto was off', () => {
  lookout.handleLoss();
  assert.equal(pass(200), 1);
  lookout.handleWatch();
  relay.on = false;
  lookout.handleLoss();
  assert.equal(pass(1_000), 0, 'off, it has nothing to look for');
  relay.on = true;
  assert.equal(pass(200), 1);
});
