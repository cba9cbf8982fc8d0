/** In a stream's line: the button that looks at it, and the still picture that came of it. */
import { make, setAttribute, setShown, setText } from '../dom.js';
import { Looks } from '../looks.js';
import { text } from '../texts.js';

/** @type {WeakMap<Element, Sotto.Still | null>} what is drawn */
const drawn = new WeakMap();

export const newButton = () => make('button', { type: 'button', class: 'small', 'data-test': 'look' });

export const newStill = () =>
  make('figure', {}, make('canvas', { role: 'img', 'data-test': 'still' }), make('figcaption', { class: 'hint', 'aria-live': 'polite' }));

/** @param {HTMLElement} button @param {Sotto.StreamView} stream @param {Looks} looks @param {string} name of the stream */
export function fillButton(button, stream, looks, name) {
  setShown(button, Looks.isPossible(stream));
  setText(button, text('look'));
  setAttribute(button, 'aria-label', text('look_at', name));
  button.onclick = () => looks.begin(stream);
}

/** @param {HTMLElement} figure @param {import('../looks.js').Look | null} look @param {string} name of the stream */
export function fillStill(figure, look, name) {
  const [canvas, caption] = /** @type {[HTMLCanvasElement, HTMLElement]} */ ([...figure.children]);
  const still = look?.still ?? null;
  setShown(figure, look !== null);
  setShown(canvas, still !== null);
  setAttribute(canvas, 'aria-label', text('look_still', name));
  setText(caption, look ? text(look.words) : '');
  if ((drawn.get(canvas) ?? null) !== still) draw(canvas, still);
}

/** @param {HTMLCanvasElement} canvas @param {Sotto.Still | null} still */
function draw(canvas, still) {
  drawn.set(canvas, still);
  // This clears it too.
  canvas.width = still?.width ?? 0;
  canvas.height = still?.height ?? 0;
  if (!still) return;
  const pixels = new ImageData(new Uint8ClampedArray(still.pixels), still.width, still.height);
  canvas.getContext('2d')?.putImageData(pixels, 0, 0);
}
