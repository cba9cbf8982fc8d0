/**
 * A person's look at a stream: from the popup to the relay, which takes a still picture of what is
 * decoded there, and back. It goes on to the popup only where the core vouches, when it is asked for
 * and when it has come, for whose it is. Nothing of it is kept.
 */

/** What waits for a relay that doesn't answer. */
const MAX_WAITING = 16;

/** @typedef {{port: MessagePort, page: import('./page.js').Page, place: Sotto.Place, asked: number}} Waiting */

export class Looks {
  /** @param {(place: Sotto.Place, asked: number) => boolean} vouches the core's word, of what was asked for then */
  constructor(vouches) {
    this.vouches = vouches;
    this.last = 0;
    /** @type {Map<number, Waiting>} */
    this.waiting = new Map();
  }

  /** @param {MessagePort} port @param {Sotto.Place} place @param {import('./page.js').Page | undefined} page */
  ask(port, { tab, page: number, stream }, page) {
    const place = { tab, page: number, stream };
    const asked = performance.now();
    if (page?.tab !== tab || !this.vouches(place, asked)) return Looks.tell(port, place, null);
    this.last += 1;
    this.waiting.set(this.last, { port, page, place, asked });
    const [oldest] = this.waiting.keys();
    if (this.waiting.size > MAX_WAITING) this.waiting.delete(oldest);
    page.tellRelay({ kind: 'look', look: this.last, stream });
  }

  /** @param {import('./page.js').Page} page @param {Sotto.StillToCore} message */
  answer(page, { look, still }) {
    const waiting = this.waiting.get(look);
    if (waiting?.page !== page) return;
    this.waiting.delete(look);
    const { port, place, asked } = waiting;
    Looks.tell(port, place, this.vouches(place, asked) ? still : null);
  }

  /** @param {MessagePort} port @param {Sotto.Place} place @param {Sotto.Still | null} still */
  static tell(port, place, still) {
    port.postMessage({ kind: 'still', ...place, still });
  }
}
