/** How loud somebody's sound is, whatever it is: for what should be silence. */

/**
 * The energy in the loudest moment of the given time, in dB below full scale; -200 is none.
 * @param {import('playwright-core').Page} page
 * @param {string} name
 * @param {number} [milliseconds]
 * @returns {Promise<number>}
 */
export function loudnessOf(page, name, milliseconds = 1_500) {
  return page.evaluate(async ({ who, time }) => {
    const selector = `.tile[data-name="${CSS.escape(who)}"] video`;
    const video = /** @type {HTMLVideoElement | null} */ (document.querySelector(selector));
    const stream = /** @type {MediaStream} */ (video?.srcObject);
    const audio = new AudioContext();
    const analyser = new AnalyserNode(audio, { fftSize: 2048 });
    audio.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let loudest = 0;
    for (const end = performance.now() + time; performance.now() < end;) {
      await new Promise((resolve) => { setTimeout(resolve, 20); });
      analyser.getFloatTimeDomainData(samples);
      loudest = Math.max(loudest, samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length);
    }
    await audio.close();
    return Math.round(10 * Math.log10(loudest + 1e-20));
  }, { who: name, time: milliseconds });
}
