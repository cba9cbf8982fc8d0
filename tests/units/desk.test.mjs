/** How long the worker remembers what a tab was set to: no longer than somebody is there for whom. */

import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { Desk } from '../../worker/desk.js';
import { fakeBrowser } from '../lib/fake-chrome.mjs';

const TAB = 7;
const TOKEN = 'token';

/** @type {Desk} */ let desk;
/** @type {Map<number, boolean>} what the core was told */ let on;
/** @type {Map<string, () => void>} what ends those who hold a lock */ let ends;
/** @type {unknown[]} what it was told before each page */ let before;
/** @type {number[]} tabs whose own page came */ let reached;
/** @type {unknown[][]} */ let permissions;

class FakePort {
  /** @type {any[]} */ posted = [];
  /** @param {unknown} message */
  postMessage(message) { this.posted.push(message); }
  close() {}
}

beforeEach(() => {
  [on, ends, before, reached, permissions] = [new Map(), new Map(), [], [], []];
  fakeBrowser();
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  // Granted when its holder, elsewhere, is gone.
  navigator.locks.request = async (/** @type {string} */ name, /** @type {any} */ gone) => void ends.set(name, gone);
  let number = 0;
  const core = {
    turnOn: (/** @type {number} */ _, /** @type {number} */ tab) => on.set(tab, true),
    turnOff: (/** @type {number} */ _, /** @type {number} */ tab) => on.set(tab, false),
    forget: (/** @type {number} */ tab) => on.delete(tab),
    view: (/** @type {number} */ _, /** @type {number} */ tab) => ({ on: on.get(tab) === true, state: on.get(tab) ? 'joining' : 'off' }),
    attach: () => {
      before.push(on.get(TAB));
      return (number += 1);
    },
    detach() {},
    reach() {},
    reached: () => void reached.push(TAB),
    permission: (/** @type {number[]} */ ...told) => void permissions.push(told.slice(1)),
    cuts() {},
  };
  /** @param {unknown} _ @param {(core: any, now: number) => unknown} act */
  const call = (_, act) => act(core, 0);
  desk = new Desk();
  desk.open(/** @type {any} */ ({ call, attempt: call, dead: false }));
});

/** @param {FakePort} port @param {object} data @param {FakePort[]} [ports] */
const say = (port, data, ports = []) => desk.handleMessage(/** @type {any} */ (port), /** @type {any} */ ({ data, ports }));

/** Whoever knows the word. */
function ours() {
  const port = new FakePort();
  say(port, { kind: 'word', word: 'word' });
  return port;
}

/** A page's host, with what the background had noted. @param {boolean} noted @param {{top?: boolean, control?: FakePort}} [page] */
function attach(noted, { top = true, control = new FakePort() } = {}) {
  const host = new FakePort();
  say(ours(), { kind: 'voucher', token: TOKEN, tab: TAB, top, on: noted });
  say(host, { kind: 'attach', token: TOKEN }, [control, new FakePort()]);
  return host;
}

/** @param {FakePort} host */
const leave = (host) => say(host, { kind: 'leave' });

/** @param {string} lock @param {boolean} noted */
function openPopup(lock, noted) {
  const port = ours();
  say(port, { kind: 'watch', tab: TAB, reach: 'ok', on: noted, lock });
  return port;
}

/** @param {string} lock @param {boolean} noted */
function openOptions(lock, noted) {
  const port = ours();
  say(port, { kind: 'watch', tab: TAB, on: noted, lock });
  return port;
}

/** What it is shown in the end. @param {FakePort} port */
function shown(port) {
  mock.timers.tick(1_000);
  return port.posted.at(-1).view.on;
}

test('options that are open keep no mode: where the tab goes next Sotto is as the background says', () => {
  const options = openOptions('options', true);
  const here = attach(true);
  assert.equal(on.get(TAB), true);
  leave(here);
  assert.equal(shown(options), false, 'and are shown that the call is gone');
  attach(false);
  assert.deepEqual(before, [true, false]);
});

test('options set none either, where there is no page yet', () => {
  openOptions('options', true);
  attach(false);
  assert.equal(on.get(TAB), false);
});

test('a page that is reloaded is on from the first, with a popup or options or neither', () => {
  for (const open of [() => {}, () => openOptions('options', true), () => openPopup('popup', true)]) {
    open();
    leave(attach(true));
    leave(attach(true));
  }
  assert.deepEqual(before, [true, true, true, true, true, true]);
});

test('only a tab\'s own page says that it is reached, and of a permission only that it is given or not', () => {
  attach(true, { top: false });
  assert.deepEqual(reached, []);
  attach(true);
  assert.deepEqual(reached, [TAB]);
  say(ours(), { kind: 'permission', tab: TAB, given: false });
  say(ours(), { kind: 'permission', tab: TAB, given: 'no-permission' });
  assert.deepEqual(permissions, [[TAB, false]]);
});

test('a click is newer than what a page comes with', () => {
  const popup = openPopup('popup', false);
  say(popup, { kind: 'toggle', tab: TAB, on: true });
  attach(false);
  assert.equal(on.get(TAB), true);
});

test('a click is answered, also one that comes too late to change anything', () => {
  const popup = openPopup('popup', false);
  const views = popup.posted.length;
  say(popup, { kind: 'toggle', tab: TAB, on: false });
  assert.ok(popup.posted.length > views);
});

test('a popup that closes keeps nothing', () => {
  say(openPopup('popup', false), { kind: 'toggle', tab: TAB, on: true });
  openOptions('options', true);
  ends.get('popup')?.();
  assert.equal(on.has(TAB), false);
  attach(false);
  assert.equal(on.get(TAB), false);
});

test('after each word of the background on frames that are cut off, the badge is what the core says', () => {
  const host = attach(true);
  host.posted = [];
  say(ours(), { kind: 'cuts', tab: TAB, sandboxed: 0, lost: 0 });
  assert.deepEqual(host.posted, [{ kind: 'badge', tab: TAB, state: 'joining' }]);
});

for (const when of ['while it is there', 'before it came']) {
  test(`a page whose core has crashed ${when} is told, for it has nobody else to look after its streams`, () => {
    if (when === 'before it came') /** @type {any} */ (desk.engine).dead = true;
    const control = new FakePort();
    attach(true, { control });
    const crashes = () => control.posted.filter(({ kind }) => kind === 'crashed').length;
    if (when === 'while it is there') {
      assert.equal(crashes(), 0);
      desk.handleCrash();
    }
    assert.equal(crashes(), 1);
  });
}

test('a core that has crashed vouches for no picture', () => {
  const control = new FakePort();
  attach(true, { control });
  const engine = /** @type {any} */ (desk.engine);
  engine.attempt = () => undefined;
  const popup = ours();
  const place = { tab: TAB, page: 1, stream: 4 };
  say(popup, { kind: 'look', ...place });
  assert.deepEqual(popup.posted, [{ kind: 'still', ...place, still: null }]);
  assert.equal(control.posted.some(({ kind }) => kind === 'look'), false);
});
