/**
 * With Sotto installed and off, a page behaves exactly as without it: the same scenario in
 * two browsers, and everything a page can see of it compared.
 *
 * One difference is meant, and left out of the comparison: on a connection with media, an
 * offer carries the section of Sotto's control channel (and where an answer refuses to bundle
 * that section, its candidates).
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { hears, sees } from '../lib/expect.mjs';
import { Twins } from '../lib/fidelity/twins.mjs';

/** @type {Twins} */ let twins;

before(async () => { twins = await Twins.start(); });
after(() => twins?.close());

test('Sotto is there: its control channel has a section in the offer', async () => {
  const [here, there] = await twins.inBoth(async ({ Pair, devices, hasData }) => {
    const { near } = new Pair();
    near.addTrack((await devices()).camera);
    const { sdp = '' } = await near.createOffer();
    return [String(hasData(sdp))];
  });
  assert.deepEqual({ here, there }, { here: ['true'], there: ['false'] });
});

test('a call with camera and microphone', async () => {
  await twins.sameInBoth(async ({ Pair, devices }) => {
    const pair = new Pair();
    const { stream, camera, microphone } = await devices();
    pair.near.addTrack(microphone, stream);
    pair.near.addTrack(camera, stream);
    pair.far.addTrack(camera, stream);
    await pair.negotiate();
    await pair.connected();
    return pair.observed();
  });
});

test('picture and sound arrive as they were taken', async () => {
  await twins.inBoth(async ({ Pair, devices, show }) => {
    const pair = new Pair();
    const { stream, camera, microphone } = await devices();
    pair.near.addTrack(microphone, stream);
    pair.near.addTrack(camera, stream);
    pair.far.addEventListener('track', ({ track, streams: [received] }) => track.kind === 'video' && show('far', received));
    await show('camera', stream);
    await pair.negotiate();
    await pair.connected();
    return [];
  });
  const people = [twins.without, twins.withSotto];
  await Promise.all(
    people.flatMap((person) => {
      const pictureOf = () => person.pictureOf(/** @type {any} */ ({ name: 'camera' }));
      const far = /** @type {any} */ ({ name: 'far', looks: person.looks, pictureOf });
      return [sees(person, far), hears(person, far)];
    }),
  );
});

test('an offer to receive, by its options alone', async () => {
  await twins.sameInBoth(async ({ Pair, devices }) => {
    const pair = new Pair();
    const { stream, camera, microphone } = await devices();
    for (const track of [microphone, camera]) pair.far.addTrack(track, stream);
    await pair.negotiate('near', { offerToReceiveAudio: true, offerToReceiveVideo: true });
    await pair.connected();
    return pair.observed();
  });
});

test('a page that gathers all candidates before it offers', async () => {
  await twins.sameInBoth(async ({ Pair, devices, until }) => {
    const { near } = new Pair();
    const { camera, microphone } = await devices();
    near.addTrack(microphone);
    near.addTrack(camera);
    /** @type {string[]} */ const states = [];
    /** @type {string[]} Sections and protocols are gathered side by side. */ const candidates = [];
    near.addEventListener('icegatheringstatechange', () => states.push(near.iceGatheringState));
    near.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate) candidates.push(`${candidate.sdpMid} ${candidate.component} ${candidate.type} ${candidate.protocol}`);
      else states.push('no more candidates');
    });
    await near.setLocalDescription();
    await until(near, 'icegatheringstatechange', () => near.iceGatheringState === 'complete', 'all are gathered');
    return [`states: ${states}`, ...candidates.sort().map((candidate, n) => `candidate ${n}: ${candidate}`)];
  });
});

test("the page's own data channel, open from the start", async () => {
  await twins.sameInBoth(async ({ Pair, devices, until }) => {
    const pair = new Pair();
    const channel = pair.openChannel('chat');
    pair.far.addEventListener('datachannel', (event) => event.channel.send('hello'));
    pair.near.addTrack((await devices()).camera);
    await pair.negotiate();
    await until(channel, 'message', () => pair.sides.near.seen.data.includes('message chat hello'), 'the message');
    return pair.observed();
  });
});

test("the page's own data channel, opened in mid-call", async () => {
  await twins.sameInBoth(async ({ Pair, devices, until }) => {
    const pair = new Pair();
    pair.negotiateWhenNeeded();
    pair.near.addTrack((await devices()).camera);
    await pair.connected();
    const channel = pair.openChannel('chat');
    await until(channel, 'open', () => channel.readyState === 'open', 'the channel opens');
    channel.send('hello');
    return pair.observed();
  });
});

test('data channels alone', async () => {
  await twins.sameInBoth(async ({ Pair, until }) => {
    const pair = new Pair();
    pair.negotiateWhenNeeded();
    const channel = pair.openChannel('first');
    await until(channel, 'open', () => channel.readyState === 'open', 'the first channel opens');
    const second = pair.openChannel('second');
    await until(second, 'open', () => second.readyState === 'open', 'the second channel opens');
    return pair.observed();
  });
});

test('perfect negotiation, with both sides offering at once', async () => {
  await twins.sameInBoth(async ({ Pair, PerfectNegotiation, devices }) => {
    const pair = new Pair();
    new PerfectNegotiation(pair);
    const { stream, camera, microphone } = await devices();
    pair.near.addTrack(camera, stream);
    pair.far.addTrack(microphone, stream);
    await pair.connected();
    return pair.observed();
  });
});

test('adding, replacing, turning, removing and stopping in mid-call', async () => {
  await twins.sameInBoth(async ({ Pair, devices }) => {
    const pair = new Pair();
    pair.negotiateWhenNeeded();
    const { stream, camera, microphone } = await devices();
    const sender = pair.near.addTrack(camera, stream);
    await pair.connected();
    const added = pair.near.addTransceiver('audio', { direction: 'recvonly' });
    await pair.step('addTransceiver', () => {});
    await pair.step('direction', () => { added.direction = 'sendrecv'; });
    await pair.step('replaceTrack', () => added.sender.replaceTrack(microphone));
    await pair.step('removeTrack', () => pair.near.removeTrack(sender));
    await pair.step('addTrack', () => pair.near.addTrack(camera, stream));
    await pair.step('stop', () => added.stop());
    await pair.step('restartIce', () => pair.near.restartIce());
    await pair.step('far offers', () => pair.negotiate('far'));
    return pair.observed();
  });
});

for (const refusal of ['withDataRejected', 'withDataLeftOut']) {
  test(`a far side that answers ${refusal}, and no loop of offers`, async () => {
    await twins.sameInBoth(async (page, name) => {
      const { stream, camera, microphone } = await page.devices();
      const pair = new page.Pair({ farRefusal: /** @type {any} */ (page)[name] });
      pair.negotiateWhenNeeded();
      const sender = pair.near.addTrack(microphone, stream);
      await pair.connected();
      await pair.step('addTrack', () => pair.near.addTrack(camera, stream));
      await pair.step('removeTrack', () => pair.near.removeTrack(sender));
      await pair.step('direction', () => { pair.near.getTransceivers()[1].direction = 'inactive'; });
      await pair.step('restartIce', () => pair.near.restartIce());
      await pair.step('data channel', () => pair.openChannel('chat'));
      return pair.observed();
    }, refusal);
  });

  test(`a far side that offers ${refusal}`, async () => {
    await twins.sameInBoth(async (page, name) => {
      const { camera, microphone } = await page.devices();
      const pair = new page.Pair({ farRefusal: /** @type {any} */ (page)[name] });
      pair.near.addTrack(microphone);
      await pair.negotiate();
      pair.far.addTrack(camera);
      await pair.negotiate('far');
      await pair.connected();
      return pair.observed();
    }, refusal);
  });
}

test('an offer that is thrown away, and one that is rolled back', async () => {
  await twins.sameInBoth(async ({ Pair, devices }) => {
    const pair = new Pair();
    const { camera, microphone } = await devices();
    pair.near.addTrack(microphone);
    await pair.step('thrown away', () => pair.near.createOffer());
    await pair.step('rolled back', async () => {
      await pair.near.setLocalDescription();
      await pair.near.setLocalDescription({ type: 'rollback' });
    });
    pair.near.addTrack(camera);
    await pair.negotiate();
    await pair.connected();
    return pair.observed();
  });
});

for (const bundlePolicy of ['max-bundle', 'max-compat']) {
  test(`a call with the bundle policy ${bundlePolicy}`, async () => {
    await twins.sameInBoth(async ({ Pair, devices }, policy) => {
      const pair = new Pair({ configuration: { bundlePolicy: policy } });
      const { camera, microphone } = await devices();
      pair.near.addTrack(microphone);
      pair.near.addTrack(camera);
      await pair.negotiate();
      await pair.connected();
      return pair.observed();
    }, bundlePolicy);
  });
}
