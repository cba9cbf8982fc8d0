/** Page side: pictures that make large frames, with the time of each drawn into it. */

const PICTURE = { width: 640, height: 480 };
const RATE = 10;
const TEMPLATES = 4;
const BLOCK = 64;
const COLUMNS = PICTURE.width / BLOCK;
const BITS = 2 * COLUMNS;
const SPAN = 2 ** BITS;

/** Milliseconds, on a clock that all pages of a machine share. */
const clock = () => Math.floor(performance.timeOrigin + performance.now()) % SPAN;

function grain() {
  const picture = new ImageData(PICTURE.width, PICTURE.height);
  for (let n = 0; n < picture.data.length; n += 4) {
    picture.data.fill(110 + Math.floor(Math.random() * 40), n, n + 3);
    picture.data[n + 3] = 255;
  }
  return picture;
}

/** @param {CanvasRenderingContext2D} pen @param {number} time */
function stamp(pen, time) {
  for (let bit = 0; bit < BITS; bit += 1) {
    pen.fillStyle = (time >> bit) & 1 ? 'white' : 'black';
    pen.fillRect((bit % COLUMNS) * BLOCK, Math.floor(bit / COLUMNS) * BLOCK, BLOCK, BLOCK);
  }
}

/** @returns {MediaStreamTrack} */
export function noise() {
  const canvas = Object.assign(document.createElement('canvas'), PICTURE);
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const templates = Array.from({ length: TEMPLATES }, grain);
  const [track] = canvas.captureStream(RATE).getVideoTracks();
  let drawn = 0;
  setInterval(() => {
    drawn += 1;
    pen.putImageData(templates[drawn % TEMPLATES], 0, 0);
    stamp(pen, clock());
  }, 1000 / RATE);
  return track;
}

/** @param {HTMLVideoElement} video @param {CanvasRenderingContext2D} pen how old its picture is */
function age(video, pen) {
  pen.drawImage(video, 0, 0, COLUMNS, PICTURE.height / BLOCK);
  const { data } = pen.getImageData(0, 0, COLUMNS, BITS / COLUMNS);
  let time = 0;
  for (let bit = 0; bit < BITS; bit += 1) if (data[bit * 4] > 126) time |= 1 << bit;
  return (clock() - time + SPAN) % SPAN;
}

/** How old its next pictures are as they are shown. @param {HTMLVideoElement} video @param {number} count */
export async function ages(video, count) {
  const canvas = new OffscreenCanvas(COLUMNS, PICTURE.height / BLOCK);
  const pen = /** @type {any} */ (canvas.getContext('2d', { willReadFrequently: true }));
  const found = [];
  while (found.length < count) {
    await new Promise((resolve) => { video.requestVideoFrameCallback(resolve); });
    found.push(age(video, pen));
  }
  return found;
}
