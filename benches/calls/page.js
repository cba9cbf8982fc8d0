// One end of a benchmark's call: as many streams as it takes on one connection, of which the
// driver lets some flow for a while. Knows nothing of Sotto.

import { age, Camera, clock, Microphone, PICTURE } from './source.js';
import { waits } from './wait.js';

/** @type {RTCPeerConnection} */
let peer;
/** @type {Camera | Microphone} */
let source;
/** @type {number[]} how old pictures were when they came out, in milliseconds */
let ages = [];

async function gathered() {
  while (peer.iceGatheringState !== 'complete') {
    await new Promise((resolve) => peer.addEventListener('icegatheringstatechange', resolve, { once: true }));
  }
  return /** @type {RTCSessionDescription} */ (peer.localDescription).sdp;
}

/** Lets the bandwidth that is needed be there from the start. @param {string} sdp */
const unhurried = (sdp) =>
  sdp.replaceAll(/^a=rtpmap:(\d+) VP8\/90000\r\n/gm, (line, type) =>
    `${line}a=fmtp:${type} x-google-start-bitrate=100000;x-google-min-bitrate=60000;x-google-max-bitrate=200000\r\n`);

/** @param {'audio' | 'video'} kind */
function open(kind) {
  peer = new RTCPeerConnection();
  source = kind === 'video' ? new Camera() : new Microphone();
  peer.ontrack = ({ track, transceiver }) => play(track, transceiver === peer.getTransceivers()[0]);
}

/** @param {MediaStreamTrack} track @param {boolean} first */
function play(track, first) {
  if (track.kind === 'audio') {
    const player = new Audio();
    player.srcObject = new MediaStream([track]);
    player.play();
    Object.assign(window, { players: [.../** @type {any} */ (window).players ?? [], player] });
  } else if (first) {
    watch(track);
  }
}

/** @param {MediaStreamTrack} track */
async function watch(track) {
  const { readable } = new /** @type {any} */ (window).MediaStreamTrackProcessor({ track });
  const pixels = new Uint8Array(PICTURE.width * PICTURE.height * 4);
  for await (const frame of readable) {
    const now = clock();
    if (frame.format?.startsWith('I420') || frame.format === 'NV12') {
      const [{ offset, stride }] = await frame.copyTo(pixels);
      ages.push(age(pixels.subarray(offset), stride, now));
    }
    frame.close();
  }
}

/** The first stream goes both ways, the others from here. @param {'audio' | 'video'} kind @param {number} count */
async function offer(kind, count) {
  open(kind);
  for (let n = 0; n < count; n += 1) {
    peer.addTransceiver(source.track, {
      direction: n === 0 ? 'sendrecv' : 'sendonly',
      sendEncodings: [{ active: false }],
    });
  }
  await peer.setLocalDescription();
  return gathered();
}

/** @param {'audio' | 'video'} kind @param {string} sdp */
async function answer(kind, sdp) {
  open(kind);
  await peer.setRemoteDescription({ type: 'offer', sdp: unhurried(sdp) });
  const [first] = peer.getTransceivers();
  await first.sender.replaceTrack(source.track);
  first.direction = 'sendrecv';
  await peer.setLocalDescription();
  await letFlow(0);
  return gathered();
}

/** @param {string} sdp */
async function accept(sdp) {
  await peer.setRemoteDescription({ type: 'answer', sdp: unhurried(sdp) });
  while (peer.connectionState !== 'connected') {
    await new Promise((resolve) => peer.addEventListener('connectionstatechange', resolve, { once: true }));
  }
}

/** Lets so many streams flow. @param {number} count @param {number} [bitrate] of each */
async function letFlow(count, bitrate) {
  const senders = peer.getTransceivers().map(({ sender }) => sender).filter(({ track }) => track);
  await Promise.all(senders.map((sender, n) => {
    const parameters = sender.getParameters();
    const [encoding] = parameters.encodings;
    if (!encoding || encoding.active === n < count) return null;
    encoding.active = n < count;
    if (bitrate) encoding.maxBitrate = bitrate;
    parameters.degradationPreference = 'maintain-resolution';
    return sender.setParameters(parameters);
  }));
}

/** @param {number} count @param {number} rate @param {number} [bitrate] */
async function start(count, rate, bitrate) {
  ages = [];
  await letFlow(count, bitrate);
  if (count > 0) source.start(rate);
}

async function stop() {
  source.stop();
  await letFlow(0);
}

/** Takes the ages that came since it was last asked. */
function takeAges() {
  const taken = ages;
  ages = [];
  return taken;
}

/** What the connection says that it sent and played, in all. */
async function counts() {
  const sum = { sent: 0, sentBytes: 0, played: 0, buffered: 0, emitted: 0, concealed: 0, samples: 0 };
  for (const report of (await peer.getStats()).values()) {
    if (report.type === 'outbound-rtp') {
      sum.sent += report.kind === 'video' ? report.framesSent ?? 0 : report.packetsSent;
      sum.sentBytes += report.bytesSent;
    } else if (report.type === 'inbound-rtp') {
      sum.played += report.framesDecoded ?? 0;
      sum.buffered += report.jitterBufferDelay ?? 0;
      sum.emitted += report.jitterBufferEmittedCount ?? 0;
      sum.concealed += report.concealedSamples ?? 0;
      sum.samples += report.totalSamplesReceived ?? 0;
    }
  }
  return sum;
}

Object.assign(window, { bench: { offer, answer, accept, start, stop, takeAges, counts, clock, waits } });
