/**
 * Page side: what a scenario is handed.
 */

export { outcomes, shapeOf } from './outcomes.mjs';
export { Pair } from './pair.mjs';
export { PerfectNegotiation } from './perfect.mjs';
export { hasData, withDataLeftOut, withDataRejected } from './sdp.mjs';
export { until } from './until.mjs';

/** The person's camera and microphone. */
export async function devices() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  return { stream, microphone: stream.getAudioTracks()[0], camera: stream.getVideoTracks()[0] };
}

/** Shows somebody's stream as the tests' eyes and ears expect it. @param {string} name @param {MediaStream} stream */
export async function show(name, stream) {
  const tile = document.createElement('div');
  tile.className = 'tile';
  tile.dataset.name = name;
  const video = document.createElement('video');
  video.srcObject = stream;
  tile.append(video);
  document.body.append(tile);
  await video.play();
}
