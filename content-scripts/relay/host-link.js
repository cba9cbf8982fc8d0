/**
 * Isolated world: the way to the core worker. Puts the host page, an iframe of
 * the extension's origin, into the page and hands it two ports; the host and
 * the relay know each other by a token that travels where the page can't see.
 *
 * When the far end of the ports goes (the page removed the iframe, or the core
 * is gone), it is set up again, a bounded number of times.
 */
class SottoHostLink {
  static MAX_STARTS = 8;
  static FIRST_PAUSE_MS = 50;
  static READY_WITHIN_MS = 10000;

  /**
   * @param {{
   *   mode(on: boolean): void,
   *   ports(control: MessagePort, frames: MessagePort): void,
   *   lost(): void,
   * }} listener
   */
  constructor(listener) {
    this.listener = listener;
    this.starts = 0;
    /** @type {HTMLElement | null} */
    this.shell = null;
  }

  async start() {
    this.starts += 1;
    const token = SottoHostLink.token();
    try {
      const { on } = await chrome.runtime.sendMessage({ kind: 'hello', token });
      this.listener.mode(on === true);
      this.connect(await this.insertHost(), token);
    } catch {
      // The extension was updated or switched off: it will not come back here.
      this.listener.mode(false);
    }
  }

  /** @param {Window} host @param {string} token */
  connect(host, token) {
    const control = new MessageChannel();
    const frames = new MessageChannel();
    const message = /** @type {Sotto.RelayToHost} */ ({ kind: 'port', token });
    host.postMessage(message, SottoHostLink.origin(), [control.port2, frames.port2]);
    this.watch(control.port1);
    this.listener.ports(control.port1, frames.port1);
  }

  /** @param {MessagePort} port */
  watch(port) {
    const lost = () => {
      clearTimeout(timer);
      port.close();
      this.restart();
    };
    const timer = setTimeout(lost, SottoHostLink.READY_WITHIN_MS);
    port.addEventListener('message', () => clearTimeout(timer), { once: true });
    port.addEventListener('close', lost, { once: true });
  }

  restart() {
    this.listener.lost();
    if (this.starts >= SottoHostLink.MAX_STARTS) return;
    setTimeout(() => this.start(), SottoHostLink.FIRST_PAUSE_MS * 2 ** (this.starts - 1));
  }

  /** @returns {Promise<Window>} */
  insertHost() {
    this.shell?.remove();
    this.shell = SottoHostLink.shell();
    const frame = document.createElement('iframe');
    frame.tabIndex = -1;
    frame.src = chrome.runtime.getURL('worker/host.html');
    this.shell.attachShadow({ mode: 'closed' }).append(frame);
    return new Promise((resolve, reject) => {
      const loaded = () =>
        frame.contentWindow ? resolve(frame.contentWindow) : reject(new Error('no host window'));
      frame.addEventListener('load', loaded, { once: true });
      document.documentElement.append(/** @type {HTMLElement} */ (this.shell));
    });
  }

  static shell() {
    const shell = document.createElement('div');
    shell.setAttribute('aria-hidden', 'true');
    shell.inert = true;
    shell.style.setProperty('display', 'none', 'important');
    return shell;
  }

  // crypto.randomUUID is missing on pages without https.
  static token() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  static origin() {
    return new URL(chrome.runtime.getURL('manifest.json')).origin;
  }
}
