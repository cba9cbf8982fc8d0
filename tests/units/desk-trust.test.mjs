/** Who may do what at the core worker: in Firefox a page's process can speak to it, as host pages do. */

import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { Desk } from '../../worker/desk.js';
import { fakeBrowser } from '../lib/fake-chrome.mjs';

const TAB = 7;
const PLACE = { tab: TAB, page: 1, stream: 4 };
const VIEW = { streams: [] };

/** @type {Desk} */ let desk;
/** @type {unknown[][]} what the core was asked and told */ let asked;

class FakePort {
  /** @type {any[]} */ posted = [];
  /** @param {unknown} message */
  postMessage(message) { this.posted.push(message); }
  close() {}
}

beforeEach(() => {
  fakeBrowser();
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  asked = [];
  /** @type {Record<string, unknown>} */
  const answers = { view: VIEW, nameTold: 'Ana', vouches: true };
  let pages = 0;
  const core = new Proxy({}, {
    get: (_, name) => (/** @type {unknown[]} */ ...args) => {
      asked.push([String(name), ...args]);
      return name === 'attach' ? (pages += 1) : answers[String(name)];
    },
  });
  /** @param {unknown} _ @param {(core: any, now: number) => unknown} act */
  const call = (_, act) => act(core, 0);
  desk = new Desk();
  desk.open(/** @type {any} */ ({ call, attempt: call, dead: false }));
});

/** @param {FakePort} port @param {object} data @param {FakePort[]} [ports] */
const say = (port, data, ports = []) => desk.handleMessage(/** @type {any} */ (port), /** @type {any} */ ({ data, ports }));

/** @param {string} word */
function withWord(word) {
  const port = new FakePort();
  say(port, { kind: 'word', word });
  return port;
}

/** @param {string} token @param {FakePort} [host] */
function attach(token, host = new FakePort()) {
  say(host, { kind: 'attach', token }, [new FakePort(), new FakePort()]);
  return host;
}

const pages = () => asked.filter(([name]) => name === 'attach').map(([, , tab]) => tab);

/** A page of somebody's call, and what its relay is told. */
function callInTab() {
  const control = new FakePort();
  say(withWord('ours'), { kind: 'voucher', token: 'its', tab: TAB, top: true, on: true });
  say(new FakePort(), { kind: 'attach', token: 'its' }, [control, new FakePort()]);
  asked = [];
  control.posted = [];
  return control;
}

/** @type {Record<string, [message: object, done: (port: FakePort, control: FakePort) => unknown]>} what comes of it where it is obeyed */
const WISHES = {
  'see a tab': [{ kind: 'watch', tab: TAB, on: true, reach: 'ok' }, ({ posted }) => posted.some(({ kind }) => kind === 'view')],
  'look on': [{ kind: 'watch', tab: TAB, on: true }, ({ posted }) => posted.some(({ kind }) => kind === 'view')],
  'see what is received there': [{ kind: 'look', ...PLACE }, (_, { posted }) => posted.some(({ kind }) => kind === 'look')],
  'turn it off': [{ kind: 'toggle', tab: TAB, on: false }, () => asked.some(([name]) => name === 'turnOff')],
  'turn it on': [{ kind: 'toggle', tab: TAB, on: true }, () => asked.some(([name]) => name === 'turnOn')],
  'give the permission back': [{ kind: 'reach', tab: TAB, reach: 'ok' }, () => asked.some(([name]) => name === 'reach')],
  'hide what is cut off': [{ kind: 'cuts', tab: TAB, sandboxed: 0, lost: 0 }, () => asked.some(([name]) => name === 'cuts')],
  'give the person a name': [{ kind: 'name', name: 'Mallory' }, () => asked.some(([name]) => name === 'name')],
  'try a name': [{ kind: 'try-name', name: 'Mallory' }, ({ posted }) => posted.some(({ kind }) => kind === 'name-told')],
  'vouch for a page': [{ kind: 'voucher', token: 'mine', tab: TAB, top: true, on: true }, () => { attach('mine'); return pages().length > 0; }],
};

for (const [wish, [message, isDone]] of Object.entries(WISHES)) {
  test(`who knows the word can ${wish}, and nobody else`, () => {
    const strangers = { 'no word': new FakePort(), 'a wrong word': () => withWord('theirs'), 'a page': () => attach('its-too') };
    const control = callInTab();
    say(withWord('ours'), { kind: 'voucher', token: 'its-too', tab: 9, top: true, on: true });
    for (const [who, stranger] of Object.entries(strangers)) {
      const port = typeof stranger === 'function' ? stranger() : stranger;
      asked = [];
      say(port, message);
      assert.ok(!isDone(port, control), who);
    }
    const one = withWord('ours');
    say(one, message);
    assert.ok(isDone(one, control), 'the word');
  });
}

test('a page comes by a token that was vouched for, into the tab that was named, and once', () => {
  attach('unknown');
  say(new FakePort(), { kind: 'attach', tab: TAB, on: false, token: 'unknown' }, [new FakePort(), new FakePort()]);
  assert.deepEqual(pages(), []);
  const one = withWord('ours');
  say(one, { kind: 'voucher', token: 'its', tab: TAB, top: true, on: true });
  assert.deepEqual(one.posted, [{ kind: 'vouched' }]);
  say(new FakePort(), { kind: 'attach', token: 'its', tab: 8, on: false }, [new FakePort(), new FakePort()]);
  attach('its');
  assert.deepEqual(pages(), [TAB]);
  assert.deepEqual(asked.filter(([name]) => /turn/.test(String(name))), [['turnOn', 0, TAB]]);
});

test('whoever brings a word of its own first has a core that ours know to be none of theirs', () => {
  withWord('theirs');
  const one = withWord('ours');
  assert.deepEqual(one.posted, [{ kind: 'refused' }]);
  say(one, { kind: 'voucher', token: 'its', tab: TAB, top: true, on: true });
  attach('its');
  assert.deepEqual([pages(), one.posted.length], [[], 1]);
});

test('a page can leave itself, and no other', () => {
  callInTab();
  say(new FakePort(), { kind: 'leave' });
  assert.equal(desk.pages.size, 1);
});

test('pages that never come are forgotten', () => {
  const one = withWord('ours');
  for (let n = 0; n < 2_000; n += 1) say(one, { kind: 'voucher', token: `t${n}`, tab: n, top: true, on: true });
  assert.ok(desk.trust.vouchers.size <= 1_024);
  attach('t0');
  attach('t1999');
  assert.deepEqual(pages(), [1999]);
});
