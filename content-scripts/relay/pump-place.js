/**
 * Isolated world: where the pump runs. In a worker of its own, as a rule; on
 * pages whose policy forbids that worker, here on the page's thread, over the
 * browser's other way to encoded frames. Either way the page reaches neither
 * the pump nor its port.
 *
 * Which it will be shows only after a moment. Until then no stream is covered,
 * which in Chromium means silence, by the flag that the hook sets.
 */
class SottoPumpPlace {
  /** @param {() => void} blocked no place is left: nothing will move */
  constructor(blocked) {
    this.blocked = blocked;
    /** @type {Worker | null} */
    this.worker = null;
    /** @type {SottoPumpScope | null} */
    this.scope = null;
    /** @type {(() => void)[] | null} */
    this.waiting = [];
    this.tryWorker();
  }

  tryWorker() {
    const source = URL.createObjectURL(
      new Blob([`(${sottoPump})(self); postMessage('running')`], { type: 'text/javascript' }),
    );
    try {
      const worker = new Worker(source);
      worker.addEventListener('message', () => this.settle({ worker }), { once: true });
      worker.addEventListener('error', () => this.settleOnPage(), { once: true });
    } catch {
      this.settleOnPage();
    }
    URL.revokeObjectURL(source);
  }

  settleOnPage() {
    this.settle({ scope: SottoPumpPlace.onPage() });
  }

  /** @returns {SottoPumpScope | null} */
  static onPage() {
    if (!('createEncodedStreams' in RTCRtpSender.prototype)) return null;
    /** @type {SottoPumpScope} */
    const scope = { onmessage: null, onrtctransform: null };
    sottoPump(scope);
    return scope;
  }

  /** @param {{worker?: Worker | null, scope?: SottoPumpScope | null}} place */
  settle({ worker = null, scope = null }) {
    const { waiting } = this;
    if (!waiting) return;
    this.waiting = null;
    this.worker = worker;
    this.scope = scope;
    if (!worker && !scope) this.blocked();
    for (const action of waiting) action();
  }

  /** @param {() => void} action */
  whenSettled(action) {
    if (this.waiting) this.waiting.push(action);
    else action();
  }

  /** @param {Sotto.RelayToPump} message @param {MessagePort[]} [ports] */
  post(message, ports = []) {
    this.whenSettled(() => {
      this.worker?.postMessage(message, ports);
      this.scope?.onmessage?.({ data: message, ports });
    });
  }

  /**
   * @param {any} end a sender or receiver
   * @param {{stream: number, direction: Sotto.Direction}} options
   * @returns {RTCRtpScriptTransform | null} what is now set on the end
   */
  cover(end, options) {
    if (this.worker) {
      end.transform = new RTCRtpScriptTransform(this.worker, options);
      return end.transform;
    }
    const transformer = { options, ...this.streamsOf(end) };
    this.scope?.onrtctransform?.({ transformer });
    return null;
  }

  /** @param {any} end */
  streamsOf(end) {
    const { readable, writable } = end.createEncodedStreams();
    return { readable, writable };
  }
}
