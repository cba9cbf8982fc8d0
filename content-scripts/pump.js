/**
 * The frame pump: the whole code that moves encoded frames between the
 * browser's transforms and the core worker. It holds no key and decides
 * nothing but this: while Sotto is on, a frame goes on only with what the core
 * gave back for it; while off, frames pass untouched and without a hop.
 *
 * The relay makes a worker from this function's source, or calls it where a
 * worker is forbidden. It must not refer to anything outside itself.
 * @param {SottoPumpScope} scope whose handlers it becomes
 */
function sottoPump(scope) {
  /** @type {MessagePort | null} */
  let core = null;
  /** @type {boolean | null} */
  let on = null;
  /** @typedef {{question: Sotto.PumpQuestion, resolve: (data: ArrayBuffer | null) => void}} Asked */
  /** @type {Asked[]} questions that the core is answering */
  let underWay = [];
  /** @type {Asked[]} questions for the next message */
  let waiting = [];
  /** When those went that the core is answering. */
  let askedAt = 0;
  /** Nobody waits for the answer any more. */
  let late = false;
  /** @typedef {{transformer: any, reader: ReadableStreamDefaultReader}} Source */
  /** @type {Map<number, Source>} where each stream's frames come from */
  const sources = new Map();
  /** @type {Map<number, number>} how many frames came of each stream, whatever became of them */
  const came = new Map();
  /** @type {Set<number>} streams that lost frames while Sotto was on */
  const dropped = new Set();
  /** @type {() => void} */
  let modeKnown;
  const known = /** @type {Promise<void>} */ (new Promise((resolve) => (modeKnown = resolve)));

  /** @param {boolean} value */
  function setMode(value) {
    on = value;
    modeKnown();
    if (!on) repairDropped();
  }

  /**
   * What the page was last set to, from the relay, which may be out of date:
   * it can let frames begin to pass, or stop them, never let them pass again.
   * @param {boolean} value
   */
  function takeHint(value) {
    if (value ? on === false : on === null) setMode(value);
  }

  /** A decoder that missed frames waits seconds for a key frame unless it is asked for. */
  function repairDropped() {
    for (const stream of dropped) requestKeyFrame(stream);
    dropped.clear();
  }

  /**
   * An answer to other questions has no frame for these.
   * @param {(ArrayBuffer | null)[]} frames
   */
  function answer(frames) {
    const answered = underWay;
    underWay = [];
    const fits = frames.length === answered.length;
    answered.forEach(({ resolve }, place) => resolve(fits ? frames[place] : null));
    if (late) repairDropped();
    late = false;
    send();
  }

  /**
   * A message between processes costs more than most frames in it. So one is
   * under way at a time, and what comes meanwhile shares the next.
   */
  function send() {
    if (!core || underWay.length > 0 || waiting.length === 0) return;
    underWay = waiting;
    waiting = [];
    askedAt = performance.now();
    const questions = underWay.map(({ question }) => question);
    try {
      core.postMessage(questions, questions.map(([, data]) => data));
    } catch {
      // A frame that can't be handed over; nobody will answer any of them.
      answer([]);
    }
  }

  /** @param {any} message */
  function fromCore(message) {
    if (Array.isArray(message)) answer(message);
    else if (message.kind === 'mode') setMode(message.on);
    else if (message.kind === 'key-frame') requestKeyFrame(message.stream);
  }

  /** @param {number} stream */
  async function requestKeyFrame(stream) {
    // A receiver that has ended refuses; there is nobody left to ask for.
    await sources.get(stream)?.transformer.sendKeyFrameRequest?.().catch(() => {});
  }

  /** @param {number} stream */
  async function makeKeyFrame(stream) {
    // A sender that has stopped refuses; it has no frame to send either.
    await sources.get(stream)?.transformer.generateKeyFrame?.().catch(() => {});
  }

  function dropWaiting() {
    for (const { resolve } of [...underWay, ...waiting]) resolve(null);
    waiting = [];
  }

  function leaveCore() {
    core?.close();
    dropWaiting();
    underWay = [];
    late = false;
    core = null;
  }

  /**
   * The core is silent, or cut off. What it has had for so long is late for any call, and a stream
   * that waits for it would look as one of which no frame comes.
   * @param {MessagePort} port
   */
  function count(port) {
    if (underWay.length > 0 && performance.now() - askedAt > 400) {
      late = true;
      dropWaiting();
    }
    port.postMessage([...came]);
  }

  /** Sotto was turned off where the way to the core is cut, which would have said so. */
  function release() {
    leaveCore();
    setMode(false);
  }

  /** @param {MessagePort} port */
  function useCore(port) {
    leaveCore();
    core = port;
    // What a port that was closed had delivered already answers none of these questions.
    core.onmessage = ({ data }) => {
      if (port === core) fromCore(data);
    };
  }

  /** @param {Sotto.PumpQuestion} question @returns {Promise<ArrayBuffer | null>} */
  function ask(question) {
    if (!core || late) return Promise.resolve(null);
    return new Promise((resolve) => {
      waiting.push({ question, resolve });
      send();
    });
  }

  /**
   * Which of a stream's pictures a frame is of, where there are several and each may go to others;
   * null for a layer that is put upon another and may be left out.
   * @param {RTCEncodedVideoFrameMetadata} metadata
   */
  function layerOf({ synchronizationSource = 0, spatialIndex = 0, temporalIndex = 0 }) {
    return spatialIndex > 0 || temporalIndex > 0 ? null : synchronizationSource;
  }

  /** @param {number} stream @param {any} frame @returns {Promise<boolean>} whether the frame may go on */
  async function protect(stream, frame) {
    const { data } = frame;
    const metadata = frame.getMetadata();
    const { mimeType = '', payloadType = 0 } = metadata;
    const isEmpty = data.byteLength === 0;
    const result = await ask([stream, data, payloadType, mimeType, layerOf(metadata)]);
    if (!result) {
      if (!isEmpty) dropped.add(stream);
      return false;
    }
    frame.data = result;
    return true;
  }

  /** @param {any} transformer */
  async function pump(transformer) {
    // One without a stream is there to let nothing pass.
    if (!transformer.options) return;
    const { stream } = transformer.options;
    const reader = transformer.readable.getReader();
    const writer = transformer.writable.getWriter();
    end(stream);
    sources.set(stream, { transformer, reader });
    await known;
    for (;;) {
      const { value: frame, done } = await reader.read();
      if (done) return;
      came.set(stream, (came.get(stream) ?? 0) + 1);
      if (on && !(await protect(stream, frame))) continue;
      await writer.write(frame);
    }
  }

  /**
   * The browser doesn't end the frames of a transform that gave way to another, or whose connection
   * was closed, so whoever waits for the next would do so for good. To cancel them could take the
   * sender or receiver from the transform that came after.
   * @param {number} stream
   */
  function end(stream) {
    sources.get(stream)?.reader.releaseLock();
    sources.delete(stream);
  }

  /** @param {number} stream */
  function forget(stream) {
    end(stream);
    dropped.delete(stream);
    came.delete(stream);
  }

  /** @param {Sotto.RelayToPump} message @param {readonly MessagePort[]} ports */
  function fromRelay(message, ports) {
    if (message.kind === 'port') useCore(ports[0]);
    else if (message.kind === 'cut') leaveCore();
    else if (message.kind === 'count') count(ports[0]);
    else if (message.kind === 'hint') takeHint(message.on);
    else if (message.kind === 'release') release();
    else if (message.kind === 'key-frame') makeKeyFrame(message.stream);
    else if (message.kind === 'stream-ended') forget(message.stream);
  }

  scope.onmessage = (event) => fromRelay(event.data, event.ports);
  scope.onrtctransform = (event) => {
    // Ends with its stream, its transform or the page; there is nothing to pass on then.
    pump(event.transformer).catch(() => {});
  };
}
