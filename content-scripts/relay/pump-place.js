/**
 * Isolated world: where the pump runs. In a worker of its own, as a rule; on
 * pages whose policy forbids that worker, here on the page's thread, over the
 * browser's other way to encoded frames. Either way the page reaches neither
 * the pump nor its port.
 *
 * Which it will be shows only after a moment. Until then no stream is covered
 * where that means silence. Where it means media in clear, streams are covered
 * at once: a transform whose worker doesn't run, or never will, passes nothing.
 */
class SottoPumpPlace {
  /** Who doesn't answer so soon is too busy to be a witness. */
  static COUNT_MS = 100;

  /** @param {() => void} blocked no place is left: nothing will move */
  constructor(blocked) {
    this.blocked = blocked;
    /** @type {Worker | null} */
    this.worker = null;
    /** @type {SottoPumpScope | null} */
    this.scope = null;
    this.isBlocked = false;
    /** @type {(() => void)[] | null} */
    this.waiting = [];
    this.tryWorker();
  }

  tryWorker() {
    try {
      const worker = SottoPumpPlace.start(`(${sottoPump})(self); postMessage('running')`);
      worker.addEventListener('message', () => this.settle({ worker }), { once: true });
      worker.addEventListener('error', () => this.settleElsewhere(worker), { once: true });
      if (!sottoPlatform.hasEncodedStreams) this.worker = worker;
    } catch {
      this.isBlocked = !sottoPlatform.hasEncodedStreams;
      // Whoever makes this place doesn't have it yet.
      queueMicrotask(() => this.settleElsewhere(null));
    }
  }

  /** @param {string} code @returns {Worker} */
  static start(code) {
    const source = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
    try {
      return new Worker(source);
    } finally {
      URL.revokeObjectURL(source);
    }
  }

  /** @param {Worker | null} worker that doesn't run */
  settleElsewhere(worker) {
    this.isBlocked = !sottoPlatform.hasEncodedStreams;
    if (this.isBlocked) this.settle({ worker });
    else this.settle({ scope: SottoPumpPlace.onPage() });
  }

  /** @returns {SottoPumpScope} */
  static onPage() {
    /** @type {SottoPumpScope} */
    const scope = { onmessage: null, onrtctransform: null };
    sottoPump(scope);
    return scope;
  }

  /** There a stream can be covered once, by `createEncodedStreams`. */
  get isOnPage() {
    return this.scope !== null;
  }

  /** @param {{worker?: Worker | null, scope?: SottoPumpScope | null}} place */
  settle({ worker = null, scope = null }) {
    const { waiting } = this;
    if (!waiting) return;
    this.waiting = null;
    this.worker = worker;
    this.scope = scope;
    if (this.isBlocked) this.blocked();
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
   * How many frames of each stream came to the pump; where none will ever run, none; null where it
   * doesn't say.
   * @returns {Promise<Map<number, number> | null>}
   */
  count() {
    if (this.isBlocked) return Promise.resolve(new Map());
    const { port1, port2 } = new MessageChannel();
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), SottoPumpPlace.COUNT_MS);
      port1.onmessage = ({ data }) => {
        clearTimeout(timer);
        port1.close();
        resolve(new Map(data));
      };
      this.post({ kind: 'count' }, [port2]);
    });
  }

  /**
   * @param {any} end a sender or receiver
   * @param {{stream: number, direction: Sotto.Direction}} options
   * @returns {RTCRtpScriptTransform | null} what is now set on the end
   */
  cover(end, options) {
    this.renew();
    if (this.worker) {
      end.transform = new RTCRtpScriptTransform(this.worker, sottoPlatform.forPage(options));
      return end.transform;
    }
    const transformer = { options, ...this.streamsOf(end) };
    this.scope?.onrtctransform?.({ transformer });
    return null;
  }

  /**
   * A worker that the policy has stopped takes no further transform. One that is new does, and
   * whatever becomes of it, runs no pump: nothing passes there.
   */
  renew() {
    if (this.isBlocked) this.worker = SottoPumpPlace.start('');
  }

  /**
   * Nothing passes there any more, until it is covered again.
   * @param {any} end a sender or receiver
   * @returns {RTCRtpScriptTransform | null} what is now set on the end
   */
  silence(end) {
    this.renew();
    const needsOne = !sottoPlatform.hasEncodedStreams && this.worker;
    end.transform = needsOne ? new RTCRtpScriptTransform(needsOne) : null;
    return end.transform;
  }

  /** @param {any} end */
  streamsOf(end) {
    const { readable, writable } = end.createEncodedStreams();
    return { readable, writable };
  }
}
