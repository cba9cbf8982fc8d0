/** Every stream: which way it goes, what it carries, whose it is, and what protects it. */
import { element, make, setAttribute, setList, setShown, setText } from '../dom.js';
import { Looks } from '../looks.js';
import { counted, text, textFor } from '../texts.js';
import { fillButton, fillStill, newButton, newStill } from './look.js';
import { nameOf } from './members.js';

/** More than these are folded away at first. */
const FEW = 6;

let unfolded = false;

/** @type {Sotto.View | null} */
let last = null;

const looks = new Looks(() => last && showStreams(last));

/** @param {(page: number, stream: number) => void} ask */
export function prepareLooks(ask) {
  looks.ask = ask;
}

/** @param {Sotto.Look} answer */
export const handleLook = (answer) => looks.handleAnswer(answer);

const newStream = () =>
  make('li', { 'data-test': 'stream' }, make('div', {}, make('span', {}), make('span', { class: 'note' }), newButton()), newStill());

/** @param {Sotto.StreamView} stream */
export function title({ direction, media, role, codec, member }) {
  const what = textFor(`stream_${direction}`, role ?? media);
  const whose = direction === 'receive' && member ? text('stream_from', what, member) : what;
  return codec ? text('stream_codec', whose, codec) : whose;
}

/** Its title, and what its member is called. @param {Sotto.StreamView} stream @param {Sotto.MemberView[]} members */
function fullName(stream, members) {
  const member = members.find(({ id }) => id === stream.member);
  return [title(stream), member ? nameOf(member) : ''].filter(Boolean).join(', ');
}

/** @param {HTMLElement} item @param {Sotto.StreamView} stream @param {Sotto.MemberView[]} members */
function fill(item, stream, members) {
  const { protection, reason } = stream;
  const [line, figure] = /** @type {HTMLElement[]} */ ([...item.children]);
  const [what, note, button] = /** @type {HTMLElement[]} */ ([...line.children]);
  setAttribute(item, 'data-protection', protection);
  setText(what, title(stream));
  setText(note, reason ? textFor('drop', reason) : text(`protection_${protection}`));
  const name = fullName(stream, members);
  fillButton(button, stream, looks, name);
  fillStill(figure, looks.of(stream), name);
}

/** @param {Sotto.View} view */
export function showStreams(view) {
  const { streams, members, on } = view;
  last = view;
  looks.keep(on ? streams : []);
  setShown(element('media'), on && streams.length > 0);
  setText(element('media-title'), counted('streams', streams.length));
  const details = /** @type {HTMLDetailsElement} */ (element('media-details'));
  if (!unfolded && streams.length > 0) {
    unfolded = true;
    details.open = streams.length <= FEW;
  }
  setList(element('streams'), streams, newStream, (item, stream) => fill(item, stream, members));
}
