/** The quiet line: how many frames were sealed and opened since Sotto was turned on. */
import { element, setShown, setText } from '../dom.js';
import { number, text } from '../texts.js';

/** @param {Sotto.View} view */
export function showFigures({ on, stats }) {
  const line = element('figures');
  setShown(line, on && stats.sealed + stats.opened > 0);
  const refused = stats.failed + stats.unsealed + stats.dropped;
  const numbers = [stats.sealed, stats.opened, refused].map(number);
  setText(line, text('figures', ...numbers));
}
