/** What the relay does by itself, where no core is, about streams that go past Sotto: with flows that the test plays. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeEach, test } from 'node:test';
import { createContext, runInContext } from 'node:vm';

const FOLDER = join(resolve(import.meta.dirname, '../..'), 'content-scripts/relay');
const FILES = ['flows.js', 'lookout.js', 'streams.js', 'connection.js'];

/** One camera each way. A page that encodes by itself, so that no frame comes to the pump. */
const BROWSER = `
  const track = () => ({ kind: 'video', readyState: 'live', getSettings: () => ({}), stop() { this.readyState = 'ended'; } });
  class RTCRtpSender {
    transform = null;
    track = track();
    getParameters() { return { encodings: [{}] }; }
    async setParameters() {}
    async replaceTrack(next) { this.track = next; }
  }
  class RTCRtpReceiver { transform = null; track = track(); }
  const [sender, receiver] = [new RTCRtpSender(), new RTCRtpReceiver()];
  const counts = { sent: 0, received: 0 };
  const entries = () => [
    { type: 'outbound-rtp', mid: '0', kind: 'video', framesEncoded: counts.sent, packetsSent: counts.sent, bytesSent: 1000 * counts.sent },
    { type: 'inbound-rtp', mid: '0', kind: 'video', packetsReceived: counts.received, framesReceived: counts.received },
  ];
  const peer = {
    connectionState: 'connected',
    addEventListener() {},
    getTransceivers: () => [{ mid: '0', sender, receiver, currentDirection: 'sendrecv' }],
    getSenders: () => [sender],
    getStats: async () => entries(),
    close() { this.connectionState = 'closed'; },
  };
  const sottoPlatform = { hasEncodedStreams: true, entriesOf: (report) => report, isOfDisplay: () => false };
  class SottoControlChannel {}
  class SottoNegotiationNeed { check() {} stop() {} }
  const reports = [];
  const relay = {
    pump: () => ({ isBlocked: false, isOnPage: false, cover: () => null }),
    report: ({ kind, stream }) => reports.push(stream === undefined ? kind : kind + ' ' + stream),
    streamEnded() {}, closed() {}, trouble() {},
  };
`;
const MADE = `
  const connection = new SottoConnection(1, peer, true, relay);
  connection.streams.sweep();
  connection.streams.on = true;
`;

/** @type {(source: string) => any} */ let run;

beforeEach(() => {
  const context = createContext({ performance: { now: () => 60_000 } });
  run = (source) => runInContext(source, context);
  for (const source of [BROWSER, ...FILES.map((name) => readFileSync(join(FOLDER, name), 'utf8')), MADE]) run(source);
});

/** So many looks; before each, so many frames more. @param {number} count @param {{sent?: number, received?: number}} frames */
async function look(count, { sent = 0, received = 0 }) {
  for (let n = 0; n < count; n += 1) {
    run(`counts.sent += ${sent}; counts.received += ${received}`);
    await run('connection.watchAlone(Promise.resolve(new Map()))');
  }
}

const isClosed = () => run("peer.connectionState === 'closed'");
const isStopped = () => run("sender.track === null");
const takeUp = () => run('sender.track = track()');

/** Until it is stopped: one look to compare with, and three that see it flow. */
const STOP = 4;

test('what flows is stopped, and its connection goes on where that ends it', async () => {
  await look(STOP, { sent: 6 });
  assert.deepEqual([isStopped(), isClosed()], [true, false]);
  await look(1, { sent: 2 });
  await look(20, {});
  assert.equal(isClosed(), false, 'one look counts late what was made before');
});

test('a page that takes up again what was stopped loses the connection, however short it does', async () => {
  await look(STOP, { sent: 6 });
  for (let n = 0; n < 2; n += 1) {
    takeUp();
    await look(1, { sent: 6 });
    await look(3, {});
  }
  assert.ok(isClosed());
});

test('so does one that plays on what is received, by clones of its track', async () => {
  await look(STOP, { received: 6 });
  assert.equal(run('receiver.track.readyState'), 'ended');
  await look(2, { received: 6 });
  assert.ok(isClosed());
});

test('what was held by a pacer is nothing that was taken up again', async () => {
  await look(STOP, { sent: 6 });
  run('const { sent } = counts; Object.defineProperty(counts, "held", { value: sent })');
  run('const live = peer.getStats; peer.getStats = async () => (await live()).map((entry) => ({ ...entry, framesEncoded: counts.held }))');
  await look(10, { sent: 6 });
  assert.equal(isClosed(), false);
});

test('a core that came later and orders a stop of what was stopped closes the connection', () => {
  const number = run('connection.streams.numberOf(sender)');
  const order = () => run(`connection.contain(${number}, 'stop')`);
  order();
  assert.deepEqual([isStopped(), isClosed()], [true, false]);
  order();
  assert.ok(isClosed());
});
