/**
 * Whom the core worker obeys. Whatever is of the extension's origin can speak to it, and in Firefox
 * that is also a page's process, by the host page in it. So who wants more than to bring a page says
 * the word first (our-core.js), and a page comes with a token that one of those has vouched for.
 */

/** Each is taken within moments. */
const MAX_VOUCHERS = 1024;

export class Trust {
  constructor() {
    /** @type {string | null} */
    this.word = null;
    /** @type {WeakSet<MessagePort>} */
    this.ports = new WeakSet();
    /** @type {Map<string, Sotto.Voucher>} */
    this.vouchers = new Map();
  }

  /**
   * The first word is the one. A page's process that comes first with its own has a core without
   * anybody's call: ours are told, vouch for no page, and nothing passes.
   * @param {MessagePort} port @param {string} word
   */
  handleWord(port, word) {
    this.word ??= word;
    if (word === this.word) this.ports.add(port);
    else port.postMessage(/** @type {Sotto.CoreToOurs} */ ({ kind: 'refused' }));
  }

  /** @param {MessagePort} port */
  has(port) {
    return this.ports.has(port);
  }

  /** @param {MessagePort} port @param {Sotto.Voucher} voucher */
  vouch(port, voucher) {
    this.vouchers.set(voucher.token, voucher);
    const [oldest] = this.vouchers.keys();
    if (this.vouchers.size > MAX_VOUCHERS) this.vouchers.delete(oldest);
    port.postMessage(/** @type {Sotto.CoreToOurs} */ ({ kind: 'vouched' }));
  }

  /** Serves once. @param {string} token */
  take(token) {
    const voucher = this.vouchers.get(token);
    this.vouchers.delete(token);
    return voucher;
  }
}
