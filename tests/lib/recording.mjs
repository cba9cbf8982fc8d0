/**
 * Page side: the tones of somebody's sound, found in a recording of it. For a browser on a machine
 * without a sound card, whose AudioContext stands still.
 */

/**
 * @param {{sound: string, wanted: number[], time: number}} question
 * @returns {Promise<number[]>} how far each pitch stands out at its loudest moment, in decibels
 */
export async function recordedTones({ sound, wanted, time }) {
  const WINDOW = 8192;
  const FLOOR = -100;
  const { singleNodeValue } = document.evaluate(sound, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE);
  const stream = /** @type {MediaStream} */ (/** @type {HTMLMediaElement} */ (singleNodeValue).srcObject);
  const recorder = new MediaRecorder(new MediaStream(stream.getAudioTracks()));
  /** @type {Blob[]} */
  const pieces = [];
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  recorder.start();
  await new Promise((resolve) => { setTimeout(resolve, time); });
  await new Promise((resolve) => {
    recorder.onstop = resolve;
    recorder.stop();
  });
  const decoder = new OfflineAudioContext(1, 1, 48_000);
  const decoded = await decoder.decodeAudioData(await new Blob(pieces).arrayBuffer()).catch(() => null);
  const samples = decoded?.getChannelData(0) ?? new Float32Array(0);

  /** @param {number} start @param {number} pitch */
  const level = (start, pitch) => {
    let [real, imaginary] = [0, 0];
    const step = (2 * Math.PI * pitch) / decoder.sampleRate;
    for (let n = 0; n < WINDOW; n += 1) {
      const sample = samples[start + n] * (1 - Math.cos((2 * Math.PI * n) / WINDOW));
      real += sample * Math.cos(step * n);
      imaginary += sample * Math.sin(step * n);
    }
    return Math.max(FLOOR, 20 * Math.log10((2 * Math.hypot(real, imaginary)) / WINDOW));
  };
  const around = [50, 60, 70, 80, 90].flatMap((distance) => [distance, -distance]);
  return wanted.map((pitch) => {
    let best = 0;
    for (let start = 0; start + WINDOW <= samples.length; start += WINDOW) {
      const beside = Math.max(...around.map((distance) => level(start, pitch + distance)));
      best = Math.max(best, level(start, pitch) - beside);
    }
    return best;
  });
}
