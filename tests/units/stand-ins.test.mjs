/** Stand-ins for the tracks of senders that may begin to send, with a connection that the test plays. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { createContext, runInContext } from 'node:vm';

const FOLDER = join(resolve(import.meta.dirname, '../..'), 'content-scripts/hook');

/** `sent` has what each sender that begins has for a track then; a description is set by `settle`. */
const PAGE = `
  class MediaStreamTrack {
    constructor(kind = 'audio') { this.own = kind; this.readyState = 'live'; }
    get kind() { return this.own; }
    clone() { return new MediaStreamTrack(this.own); }
    stop() { this.readyState = 'ended'; }
  }
  class MediaStreamTrackGenerator extends MediaStreamTrack { constructor({ kind }) { super(kind); } }
  class MediaStream { getTracks() { return this.tracks; } }
  class RTCRtpSender {
    constructor(track) { this.native = this.shown = track; }
    get track() { return this.shown; }
    createEncodedStreams() {}
    async replaceTrack(track) {
      if (track !== null && !(track instanceof MediaStreamTrack)) throw new TypeError('no track');
      if (this.fails) throw Object.assign(new Error(), { name: 'InvalidStateError' });
      this.native = track;
      // The browser shows it later.
      for (let n = 0; n < 3; n += 1) await null;
      this.shown = track;
    }
  }
  class RTCRtpTransceiver {
    constructor(track, direction) { this.own = new RTCRtpSender(track); this.direction = direction; }
    get sender() { return this.own; }
    get currentDirection() { return this.direction; }
  }
  class RTCPeerConnection {
    transceivers = [];
    removeTrack() {}
    getTransceivers() { return this.transceivers; }
    setLocalDescription(description, succeeded, failed) {
      sent.push(this.transceivers.map(({ sender }) => sender.native));
      if (!succeeded) return new Promise((resolve, reject) => settle.push({ resolve, reject }));
      if (description === 'no description') return Promise.reject(new TypeError());
      settle.push({ resolve: () => Promise.resolve().then(succeeded), reject: () => Promise.resolve().then(failed) });
      return Promise.resolve();
    }
  }
  Object.assign(globalThis, { MediaStream, MediaStreamTrack, MediaStreamTrackGenerator, RTCRtpSender, RTCRtpTransceiver, RTCPeerConnection });
  Object.assign(globalThis, { sent: [], settle: [], told: 0, off: false });
`;
const REST = 'Object.assign(sottoHook, { notify() { told += 1; }, isPassing: () => off })';
/** A connection that is up, with a sender that isn't sending. */
const CALL = `
  const hook = sottoHook;
  const peer = new RTCPeerConnection();
  const track = new MediaStreamTrack();
  const set = (...args) => hook.whileSet(peer, (given) => peer.setLocalDescription(...given), args);
  const turn = async () => { for (let n = 0; n < 40; n += 1) await null; };
  set();
  settle.shift().resolve();
  peer.transceivers.push(new RTCRtpTransceiver(track, null));
  const { sender } = peer.transceivers[0];
`;

/** @param {string} [call] @param {string} [before] what the browser is besides */
function page(call = CALL, before = '') {
  const context = createContext({});
  const file = (/** @type {string} */ name) => readFileSync(join(FOLDER, name), 'utf8');
  for (const source of [PAGE, before, file('natives.js'), REST, file('stand-ins.js'), call]) runInContext(source, context);
  return (/** @type {string} */ source) => runInContext(source, context);
}

test('a sender that may begin has nothing to send until the description is set', async () => {
  const run = page();
  run('const done = set()');
  assert.ok(run("sent.at(-1)[0] !== track && sent.at(-1)[0].kind === 'audio' && sent.at(-1)[0].readyState === 'ended'"));
  assert.ok(run('sender.track === track'), 'the page sees its own');
  await run('settle.shift().resolve(); done.then(turn)');
  assert.ok(run('sender.native === track && told === 1'));
});

test('so it is in a browser without generators', async () => {
  const run = page(CALL, 'delete globalThis.MediaStreamTrackGenerator');
  run('const done = set()');
  assert.ok(run("sent.at(-1)[0] !== track && sent.at(-1)[0].kind === 'audio' && sent.at(-1)[0].readyState === 'ended' && track.readyState === 'live'"));
  await run('settle.shift().resolve(); done.then(turn)');
  assert.ok(run('sender.native === track'));
});

test('where a sender has its transform before it begins, it keeps its track', () => {
  const run = page(CALL, 'delete RTCRtpSender.prototype.createEncodedStreams');
  run('set()');
  assert.ok(run('sent.at(-1)[0] === track'));
});

test('so it is where the description is refused', async () => {
  const run = page();
  run('const done = set(); settle.shift().reject(new Error())');
  await run('done.catch(turn)');
  assert.ok(run('sender.native === track'));
});

test('of several descriptions the last ends it', async () => {
  const run = page();
  await run('set(); set(); settle.shift().reject(new Error()); turn()');
  assert.ok(run('sent.at(-1)[0] !== track && sender.native !== track'));
  await run('settle.shift().resolve(); turn()');
  assert.ok(run('sender.native === track'));
});

for (const [what, prepare] of [
  ['Sotto is off', 'off = true'],
  ['it sends already', "peer.transceivers[0].direction = 'sendonly'"],
  ['it sends and receives already', "peer.transceivers[0].direction = 'sendrecv'"],
]) {
  test(`it keeps its track where ${what}`, () => {
    const run = page();
    run(`${prepare}; set()`);
    assert.ok(run('sent.at(-1)[0] === track'));
  });
}

test('it keeps its track in the first description, before which nothing is up', () => {
  const run = page(CALL.replace('  set();\n  settle.shift().resolve();\n', ''));
  run('set()');
  assert.ok(run('sent.at(-1)[0] === track'));
});

test('what the page replaces meanwhile is replaced after, in its order', async () => {
  const run = page();
  run(`const [one, other] = [new MediaStreamTrack(), new MediaStreamTrack()]; const heard = [];
    set(); sender.replaceTrack(one).then(() => heard.push(1)); sender.replaceTrack(other).then(() => heard.push(2));`);
  assert.ok(run('sender.track === track'));
  await run('settle.shift().resolve(); turn().then(turn)');
  assert.ok(run('sender.native === other'));
  assert.equal(run('heard.join()'), '1,2');
});

test('what the browser refuses is refused', async () => {
  const run = page();
  run('set(); const refused = sender.replaceTrack(5).then(() => "taken", (error) => error.message); settle.shift().resolve()');
  assert.equal(await run('refused'), 'no track');
  assert.ok(run('sender.native === track'));
});

test('what the page removes meanwhile stays removed', async () => {
  const run = page();
  // The browser may have it that the stand-in came after.
  run('set(); hook.handleRemoved(sender)');
  assert.equal(run('sender.track'), null);
  await run('settle.shift().resolve(); turn()');
  assert.equal(run('sender.native'), null);
});

test('so does what it removes while its track is given back', async () => {
  const run = page();
  // The browser may have it that the track came after.
  await run('set(); settle.shift().resolve(); Promise.resolve().then(() => hook.handleRemoved(sender)).then(turn).then(turn)');
  assert.equal(run('sender.native'), null);
});

test('a connection that is closed answers no more, and what waits for it is refused', async () => {
  const run = page();
  run(`set(); const refused = sender.replaceTrack(null).then(() => 'taken', (error) => error.name);
    RTCRtpSender.prototype.fails = true; hook.handleClosed(peer)`);
  assert.equal(await run('refused'), 'InvalidStateError');
  assert.ok(run('sender.native !== track && sender.track === track'), 'the page sees its own');
  assert.equal(await run("sender.replaceTrack(null).catch((error) => error.name)"), 'InvalidStateError');
});

test('a description that is refused at once leaves no stand-in', async () => {
  const run = page();
  await run('settle.push = ({ reject }) => reject(new Error()); set().catch(() => {}).then(turn)');
  assert.ok(run('sender.native === track && sender.track === track'));
});

for (const end of ['resolve', 'reject']) {
  test(`with callbacks the stand-in stays until one of them is called: ${end}`, async () => {
    const run = page();
    run("const heard = []; const note = () => heard.push(sender.track === track)");
    await run(`set('description', note, ${end === 'resolve' ? 'undefined' : 'note'}).then(turn)`);
    assert.ok(run('sender.native !== track && sender.native.readyState === "ended"'));
    await run(`settle.shift().${end}(); turn()`);
    assert.ok(run('sender.native === track'));
    assert.deepEqual(run('heard.join()'), 'true');
  });
}

for (const missing of ['', ', undefined', ', null']) {
  test(`a failure that the page has no callback for ends it too: (description, done${missing})`, async () => {
    const run = page();
    await run(`set('description', () => {}${missing}).then(turn)`);
    await run('settle.shift().reject(); turn()');
    assert.ok(run('sender.native === track'));
  });
}

test('no setter of the page is handed what ends it', async () => {
  const run = page();
  await run(`let taken = 0;
    Object.defineProperty(Array.prototype, 2, { configurable: true, set() { taken += 1; } });
    set('description', () => {}).then(turn)`);
  assert.equal(run('delete Array.prototype[2]; taken'), 0);
});

test('so do callbacks that the browser refuses', async () => {
  const run = page();
  await run("set('no description', () => {}).catch(turn)");
  assert.ok(run('sender.native === track'));
});

test('what the page was replacing before is not undone', async () => {
  const run = page();
  await run('sender.replaceTrack(null); set(); settle.shift().resolve(); turn()');
  assert.equal(run('sender.native'), null);
  assert.equal(run('sender.track'), null);
});

test('a track that the sender gets after its own was removed is its track', async () => {
  const run = page();
  await run('const next = new MediaStreamTrack(); set(); hook.handleRemoved(sender); sender.native = next; hook.handleAdded(sender, next); turn()');
  assert.ok(run('sender.track === next'));
  await run('settle.shift().resolve(); turn()');
  assert.ok(run('sender.native === next && sender.track === next'));
});

test('a stream that the page removes takes its track with it', async () => {
  const run = page();
  await run(`set(); turn().then(() =>
    hook.handleStreamRemoved(peer, Object.assign(new MediaStream(), { tracks: [track] })))`);
  assert.equal(run('sender.track'), null);
  await run('settle.shift().resolve(); turn()');
  assert.equal(run('sender.native'), null);
});

test('a track that has a sender already is known by its stand-in', async () => {
  const run = page();
  assert.ok(run('hook.inPlaceOf(peer, track) === track'));
  await run('set(); turn()');
  assert.ok(run('hook.inPlaceOf(peer, track) === sender.native'));
  assert.equal(run('hook.inPlaceOf(peer, 5)'), 5);
});

test('another track than the stand-in stays', async () => {
  const run = page();
  // As the relay does with a stream that went past Sotto.
  await run('set(); turn().then(() => { sender.native = sender.shown = null; settle.shift().resolve(); }).then(turn)');
  assert.equal(run('sender.native'), null);
});
