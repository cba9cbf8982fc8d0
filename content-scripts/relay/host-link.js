/**
 * Isolated world: the way to the core worker. Puts the host page, an iframe of
 * the extension's origin, into the page and hands it two ports; the host and
 * the relay know each other by a token that travels where the page can't see.
 *
 * When the far side goes (the page removed or moved the iframe, or the core no
 * longer answers), it is set up again, at a bounded rate. Nothing tells a port
 * that its other end is gone, hence the several ways of noticing. For as long
 * as there is no way, the background is told, and through it the popup.
 */
class SottoHostLink {
  static FIRST_PAUSE_MS = 50;
  static MAX_PAUSE_MS = 30000;
  static BEAT_MS = 2000;
  static MISSED_BEATS = 2;
  /** After this many beats in good order a new loss is a new story. */
  static STEADY_BEATS = 30;

  /**
   * @param {{
   *   mode(on: boolean): void,
   *   ended(): void,
   *   beat(): void,
   *   ports(control: MessagePort, frames: MessagePort): void,
   *   lost(code: string): void,
   * }} listener
   */
  constructor(listener) {
    this.listener = listener;
    this.starts = 0;
    /** @type {HTMLElement | null} */
    this.shell = null;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
    /** @type {MessagePort | null} */
    this.control = null;
    this.unanswered = 0;
    this.steady = 0;
    this.token = '';
    /** What was said last, if anything. @type {Sotto.Cut | null | undefined} */
    this.cut = undefined;
    this.observer = new MutationObserver((records) => this.handleMutations(records));
    // A page can make such events too, and would hide that it is cut off.
    addEventListener('pagehide', ({ isTrusted }) => isTrusted && this.cut && this.tellCut(null));
  }

  async start() {
    this.starts += 1;
    this.unanswered = 0;
    if (SottoHostLink.isSandboxed()) this.tellCut('sandboxed');
    this.timer = setInterval(() => this.beat(), SottoHostLink.BEAT_MS);
    const token = SottoHostLink.newToken();
    this.token = token;
    const reply = await this.hello(token);
    if (!reply) return;
    this.listener.mode(reply.on);
    // Its host would reach another core than the one that could vouch for it.
    if (reply.contained) return clearInterval(this.timer);
    const host = await this.insertHost();
    // A start that took too long has been given up for another.
    if (this.token === token) this.connect(host, token);
  }

  /** @param {string} token @returns {Promise<Sotto.HelloReply | null>} */
  async hello(token) {
    try {
      return await chrome.runtime.sendMessage({ kind: 'hello', token });
    } catch {
      // Updated or switched off, the extension will not come back to this page.
      if (!chrome.runtime?.id) this.handleEnd();
      return null;
    }
  }

  handleEnd() {
    clearInterval(this.timer);
    this.listener.ended();
  }

  /** @param {Window} host @param {string} token */
  connect(host, token) {
    const control = new MessageChannel();
    const frames = new MessageChannel();
    const message = /** @type {Sotto.RelayToHost} */ ({ kind: 'port', token });
    host.postMessage(message, SottoHostLink.origin(), [control.port2, frames.port2]);
    this.control = control.port1;
    control.port1.addEventListener('message', () => this.handleAnswer());
    this.listener.ports(control.port1, frames.port1);
  }

  handleAnswer() {
    this.unanswered = 0;
    // Also where none is known here: what the frame's last page said may have come after it had gone.
    if (this.cut !== null) this.tellCut(null);
  }

  /** @param {Sotto.Cut | null} cut */
  async tellCut(cut) {
    this.cut = cut;
    try {
      await chrome.runtime.sendMessage({ kind: 'cut', cut });
    } catch {
      // Without a background there is nobody to show it.
    }
  }

  beat() {
    this.listener.beat();
    if (this.unanswered === 0) this.steady += 1;
    if (this.steady > SottoHostLink.STEADY_BEATS) this.starts = 1;
    this.unanswered += 1;
    if (this.unanswered > SottoHostLink.MISSED_BEATS) this.handleLoss('core-silent');
    else this.control?.postMessage({ kind: 'ping' });
  }

  /** @param {MutationRecord[]} records */
  handleMutations(records) {
    const gone = records.some(({ removedNodes }) =>
      Array.from(removedNodes).some((node) => node.contains(this.shell)),
    );
    if (gone) this.handleLoss('host-removed');
  }

  /** @param {string} code */
  handleLoss(code) {
    clearInterval(this.timer);
    this.observer.disconnect();
    this.control?.close();
    this.steady = 0;
    this.listener.lost(code);
    this.tellCut(this.cut ?? 'lost');
    const pause = SottoHostLink.FIRST_PAUSE_MS * 2 ** (this.starts - 1);
    setTimeout(() => this.start(), Math.min(pause, SottoHostLink.MAX_PAUSE_MS));
  }

  /** @returns {Promise<Window>} */
  async insertHost() {
    const root = await SottoHostLink.root();
    this.shell?.remove();
    this.shell = SottoHostLink.shell();
    const frame = document.createElement('iframe');
    frame.tabIndex = -1;
    frame.src = chrome.runtime.getURL('worker/host.html');
    this.shell.attachShadow({ mode: 'closed' }).append(frame);
    return new Promise((resolve) => {
      const loaded = () => frame.contentWindow && resolve(frame.contentWindow);
      frame.addEventListener('load', loaded, { once: true });
      root.append(/** @type {HTMLElement} */ (this.shell));
      for (const node of [document, root]) this.observer.observe(node, { childList: true });
    });
  }

  /** A document that is being written anew has no root for a moment. @returns {Promise<HTMLElement>} */
  static async root() {
    while (!document.documentElement) {
      await new Promise((changed) => {
        new MutationObserver(changed).observe(document, { childList: true });
      });
    }
    return document.documentElement;
  }

  /** No script of the extension's origin can run in what is put into such a frame. */
  static isSandboxed() {
    return origin === 'null' && location.protocol !== 'data:';
  }

  static shell() {
    const shell = document.createElement('div');
    shell.setAttribute('aria-hidden', 'true');
    shell.inert = true;
    shell.style.setProperty('display', 'none', 'important');
    return shell;
  }

  // crypto.randomUUID is missing on pages without https.
  static newToken() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  static origin() {
    return new URL(chrome.runtime.getURL('manifest.json')).origin;
  }
}
