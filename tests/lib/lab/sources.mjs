/** Page side: cameras and microphones that a script makes, told apart by colour and pitch. */

const RATE = 20;
/** As many as a scenario lasts. */
const PAUSES = 100;

/**
 * @param {[number, number, number]} colour @param {number} [width] @param {number} [height]
 * @returns {MediaStreamTrack} a picture with a moving bar
 */
export function picture(colour, width = 320, height = 240) {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const [track] = canvas.captureStream(RATE).getVideoTracks();
  let frame = 0;
  const timer = setInterval(() => {
    if (track.readyState === 'ended') return clearInterval(timer);
    frame += 1;
    pen.fillStyle = `rgb(${colour})`;
    pen.fillRect(0, 0, width, height);
    pen.fillStyle = 'white';
    pen.fillRect(0, (frame * 7) % height, width, 6);
  }, 1000 / RATE);
  return track;
}

/** @type {AudioContext | null} */
let audio = null;

export function audioContext() {
  audio ??= new AudioContext();
  return audio;
}

/** @type {MediaStreamTrack | null} the person's microphone, where it has to do */
let microphone = null;

/** On a machine without a sound card an AudioContext of Firefox stands still. */
export async function prepareSound() {
  const context = audioContext();
  const running = new Promise((resolve) => { context.onstatechange = resolve; setTimeout(resolve, 500); });
  if (context.state !== 'running') await running;
  if (context.state !== 'running') [microphone] = (await navigator.mediaDevices.getUserMedia({ audio: true })).getAudioTracks();
}

/** @type {WeakMap<MediaStreamTrack, OscillatorNode>} */
const oscillators = new WeakMap();

/** A tone goes on sounding for nobody, unless its oscillator ends too. @param {MediaStreamTrack} track */
export function end(track) {
  track.stop();
  oscillators.get(track)?.stop();
}

/** @param {number} pitch @param {number} [pause] in seconds, as long as the tone between two @returns {MediaStreamTrack} */
export function tone(pitch, pause = 0) {
  if (microphone) return microphone.clone();
  const context = audioContext();
  const oscillator = new OscillatorNode(context, { frequency: pitch });
  const gain = new GainNode(context, { gain: 0.4 });
  const destination = context.createMediaStreamDestination();
  oscillator.connect(gain).connect(destination);
  for (let n = 0; pause > 0 && n < PAUSES; n += 1) gain.gain.setValueAtTime(n % 2 ? 0.4 : 0, context.currentTime + n * pause);
  oscillator.start();
  const [track] = destination.stream.getAudioTracks();
  oscillators.set(track, oscillator);
  return track;
}
