/** Whose description counts as the far end's: one that the browser took. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { createContext, runInContext } from 'node:vm';

const FOLDER = join(resolve(import.meta.dirname, '../..'), 'content-scripts/relay');

/** What else a connection is made of. */
const PARTS = `
  class SottoControlChannel {
    completed(type, sdp) { return sdp; }
    handleState() {}
  }
  class SottoNegotiationNeed {}
  class SottoStreams {
    streams = new Map();
    sweep() {}
  }
  class SottoFlows {}
`;
const MADE = `
  const peer = { connectionState: 'new', remoteDescription: null, addEventListener() {} };
  const said = [];
  const connection = new SottoConnection(1, peer, false, { report: (message) => said.push(message) });
`;

/** @param {string} user */
const sdp = (user) => `v=0\r\no=${user} 1 2 IN IP4 192.0.2.7\r\ns=-\r\n`;

function relay() {
  const context = createContext({});
  const files = ['sdp.js', 'connection.js'].map((name) => readFileSync(join(FOLDER, name), 'utf8'));
  for (const source of [PARTS, ...files, MADE]) runInContext(source, context);
  const run = (/** @type {string} */ source) => runInContext(source, context);
  return {
    give: (/** @type {string} */ type, /** @type {string} */ text) =>
      run(`connection.handleRemoteDescription(${JSON.stringify(type)}, ${JSON.stringify(text)})`),
    /** @param {string | null} type of the remote description there is now */
    described: (type) => run(`peer.remoteDescription = ${JSON.stringify(type && { type })}; connection.handleDescribed()`),
    again: () => run('connection.repeat()'),
    /** @returns {string[]} */
    users: () => JSON.parse(run(`JSON.stringify(said.filter(({ kind }) => kind === 'far-end').map(({ origin }) => origin.split(' ')[0]))`)),
  };
}

test('a description counts once the browser took it, and is told again to a core that begins', () => {
  const { give, described, again, users } = relay();
  give('offer', sdp('janus'));
  again();
  assert.deepEqual(users(), []);
  described('offer');
  assert.deepEqual(users(), ['janus']);
  again();
  assert.deepEqual(users(), ['janus', 'janus']);
});

test('one that the browser refused, and one that goes back, count for nothing', () => {
  const { give, described, users } = relay();
  give('answer', sdp('janus'));
  described('answer');
  give('offer', sdp('refused'));
  described('answer');
  give('rollback', sdp('nobody'));
  described('answer');
  described(null);
  assert.deepEqual(users(), ['janus']);
});
