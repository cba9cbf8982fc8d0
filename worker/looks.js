/**
 * A person's look at a stream: from the popup to the relay, which takes a still picture of what is
 * decoded there, and back. It goes on to the popup only where the core vouches, when it is asked for
 * and when it has come, for whose it is. Nothing of it is kept.
 */

/** What waits for a relay that doesn't answer. */
const MAX_WAITING = 16;
/**
 * A frame came after the question, but those that are shown are in no order of coming: for so long
 * before it, too, the stream must have been one member's.
 */
const SETTLED_MS = 2_000;

/** @typedef {{port: MessagePort, page: import('./page.js').Page, place: Sotto.Place, asked: number}} Waiting */

export class Looks {
  /** @param {(tab: number) => Sotto.View} view */
  constructor(view) {
    this.view = view;
    this.last = 0;
    /** @type {Map<number, Waiting>} */
    this.waiting = new Map();
  }

  /** @param {MessagePort} port @param {Sotto.Place} place @param {import('./page.js').Page | undefined} page */
  ask(port, { tab, page: number, stream }, page) {
    const place = { tab, page: number, stream };
    const asked = performance.now();
    if (page?.tab !== tab || !this.isSettled(place, asked)) return Looks.tell(port, place, null);
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
    Looks.tell(port, place, this.isSettled(place, asked) ? still : null);
  }

  /** Whether all that is opened there is one member's, and was for a while at that time. @param {Sotto.Place} place @param {number} asked */
  isSettled({ tab, page, stream: number }, asked) {
    const stream = this.view(tab).streams.find((one) => one.page === page && one.stream === number);
    if (stream?.direction !== 'receive' || stream.protection !== 'encrypted') return false;
    return stream.since !== null && stream.since + SETTLED_MS < asked;
  }

  /** @param {MessagePort} port @param {Sotto.Place} place @param {Sotto.Still | null} still */
  static tell(port, place, still) {
    port.postMessage({ kind: 'still', ...place, still });
  }
}
