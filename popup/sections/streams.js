/** Every stream: which way it goes, what it carries, whose it is, and what protects it. */
import { element, make, setAttribute, setList, setShown, setText } from '../dom.js';
import { counted, text, textFor } from '../texts.js';

/** More than these are folded away at first. */
const FEW = 6;

let unfolded = false;

const newStream = () => make('li', { 'data-test': 'stream' }, make('span', {}), make('span', { class: 'note' }));

/** @param {Sotto.StreamView} stream */
export function title({ direction, media, role, codec, member }) {
  const what = textFor(`stream_${direction}`, role ?? media);
  const whose = direction === 'receive' && member ? text('stream_from', what, member) : what;
  return codec ? text('stream_codec', whose, codec) : whose;
}

/** @param {HTMLElement} item @param {Sotto.StreamView} stream */
function fill(item, stream) {
  const { protection, reason } = stream;
  setAttribute(item, 'data-protection', protection);
  setText(item.children[0], title(stream));
  setText(item.children[1], reason ? textFor('drop', reason) : text(`protection_${protection}`));
}

/** @param {Sotto.View} view */
export function showStreams({ streams, on }) {
  setShown(element('media'), on && streams.length > 0);
  setText(element('media-title'), counted('streams', streams.length));
  const details = /** @type {HTMLDetailsElement} */ (element('media-details'));
  if (!unfolded && streams.length > 0) {
    unfolded = true;
    details.open = streams.length <= FEW;
  }
  setList(element('streams'), streams, newStream, fill);
}
