/** PROTOCOL.md section 2: what waits on a control channel is bounded, and what comes then is lost. */

/* global SottoControlChannel */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { resolve } from 'node:path';
import { startBrowser } from '../lib/browser.mjs';
import { browserOf } from '../lib/stage.mjs';

const RELAY = resolve(import.meta.dirname, '../../content-scripts/relay');
const PACKET = 16 * 1024;
const PACKETS = 4_000;
const MOST = 6 * 1024 * 1024;

/** @type {import('../lib/browser.mjs').Browser} */ let browser;

before(async () => {
  browser = await startBrowser({
    ...browserOf(0),
    extension: null,
    devices: { camera: '', microphone: '' },
    headless: true,
  });
});
after(() => browser.close());

test('a peer that does not listen in time costs six megabytes, and then hears on', async () => {
  const page = await browser.context.newPage();
  for (const file of ['platform.js', 'sdp.js', 'control-channel.js']) {
    await page.addScriptTag({ path: resolve(RELAY, file) });
  }
  const { most, received } = await page.evaluate(flood, { packet: PACKET, packets: PACKETS });
  assert.ok(most > MOST && most <= MOST + PACKET, `${most} bytes waited`);
  assert.ok(received >= most && received < PACKETS * PACKET, 'what was taken arrives, the surplus is lost');
});

/**
 * Sends far too much at once, and a last word once there is room again.
 * @param {{packet: number, packets: number}} load
 */
async function flood({ packet, packets }) {
  const [one, other] = [new RTCPeerConnection(), new RTCPeerConnection()];
  one.onicecandidate = ({ candidate }) => void (candidate && other.addIceCandidate(candidate));
  other.onicecandidate = ({ candidate }) => void (candidate && one.addIceCandidate(candidate));
  one.addTransceiver('audio');
  let received = 0;
  const [opened, ended] = [Promise.withResolvers(), Promise.withResolvers()];
  const sender = new SottoControlChannel(one, { opened: () => opened.resolve(null), received() {} });
  new SottoControlChannel(other, {
    opened() {},
    received({ byteLength }) {
      if (byteLength === 1) ended.resolve(null);
      else received += byteLength;
    },
  });
  sender.handleOffering(false);
  await one.setLocalDescription();
  await other.setRemoteDescription(/** @type {any} */ (one.localDescription));
  await other.setLocalDescription();
  await one.setRemoteDescription(/** @type {any} */ (other.localDescription));
  await opened.promise;
  for (let sent = 0; sent < packets; sent += 1) sender.send(new ArrayBuffer(packet));
  const waiting = () => sender.channel?.bufferedAmount ?? 0;
  const most = waiting();
  while (waiting() > 0) await new Promise((later) => setTimeout(later, 20));
  sender.send(new ArrayBuffer(1));
  await ended.promise;
  return { most, received };
}
