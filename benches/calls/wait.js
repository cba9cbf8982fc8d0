// How long a received frame waits before the browser gives it to a transform, which is the same for
// any transform: a call of the page with itself, through one that only passes frames on.

import { Camera } from './source.js';

/** Of the worker. */
const PASS = `onrtctransform = async ({ transformer: { readable, writable } }) => {
  const waited = new TransformStream({
    transform(frame, controller) {
      postMessage(performance.now() - frame.getMetadata().receiveTime);
      controller.enqueue(frame);
    },
  });
  readable.pipeThrough(waited).pipeTo(writable);
}`;

/** @param {Worker} worker */
function connect(worker) {
  const from = new RTCPeerConnection();
  const to = new RTCPeerConnection(/** @type {RTCConfiguration} */ ({ encodedInsertableStreams: true }));
  from.onicecandidate = ({ candidate }) => to.addIceCandidate(candidate ?? undefined);
  to.onicecandidate = ({ candidate }) => from.addIceCandidate(candidate ?? undefined);
  to.ontrack = ({ receiver }) => (receiver.transform = new RTCRtpScriptTransform(worker));
  return { from, to };
}

/** @param {RTCPeerConnection} from @param {RTCPeerConnection} to */
async function negotiate(from, to) {
  await from.setLocalDescription();
  await to.setRemoteDescription(/** @type {RTCSessionDescription} */ (from.localDescription));
  await to.setLocalDescription();
  await from.setRemoteDescription(/** @type {RTCSessionDescription} */ (to.localDescription));
}

/** @param {number} seconds @returns {Promise<number[]>} milliseconds, one for each frame */
export async function waits(seconds) {
  const worker = new Worker(URL.createObjectURL(new Blob([PASS], { type: 'text/javascript' })));
  /** @type {number[]} */
  const taken = [];
  worker.onmessage = ({ data }) => taken.push(data);
  const camera = new Camera();
  const { from, to } = connect(worker);
  from.addTrack(camera.track);
  await negotiate(from, to);
  camera.start(30);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  camera.stop();
  for (const peer of [from, to]) peer.close();
  worker.terminate();
  return taken;
}
