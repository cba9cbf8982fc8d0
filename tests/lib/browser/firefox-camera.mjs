/** Page side: a camera by which a person is known, as media.mjs makes them in files. */

/**
 * Runs before a page's first script.
 * @param {import('../media.mjs').Looks & import('../media.mjs').Size} camera
 */
export function giveCamera({ colour, width, height, rate }) {
  if (!navigator.mediaDevices) return;

  function camera() {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width, height });
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    let frame = 0;
    const draw = () => {
      pen.fillStyle = `rgb(${colour})`;
      pen.fillRect(0, 0, width, height);
      pen.fillStyle = 'rgb(255 255 255 / 30%)';
      pen.fillRect(0, (frame * 4) % height, width, 8);
      frame += 1;
    };
    draw();
    setInterval(draw, 1000 / rate);
    return canvas.captureStream(rate).getVideoTracks();
  }

  const { mediaDevices } = navigator;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (wanted = {}) => {
    const { audio = false, video = false } = wanted;
    const sound = audio ? (await open({ audio: true })).getTracks() : [];
    return new MediaStream([...sound, ...(video ? camera() : [])]);
  };
}
