/**
 * One page in the core worker: its three ports, the frames and control
 * messages that come in by them, and the core's outputs for it. A page that
 * the core could not take is outside: while Sotto is on, nothing of it passes.
 */
import { exhausted } from './exhausted.js';
import { pumpToCore, relayToCore } from './parse.js';
import { Stopwatch } from './stopwatch.js';

/** So many payload types there are; a page can name formats as it likes. */
const MAX_FORMATS = 128;

export class Page {
  /**
   * @param {number} number below zero for a page that is outside
   * @param {number} tab
   * @param {{host: MessagePort, control: MessagePort, frames: MessagePort}} ports
   * @param {import('./engine.js').Engine} engine
   * @param {(page: Page, message: Sotto.StillToCore) => void} handleStill
   */
  constructor(number, tab, ports, engine, handleStill) {
    this.number = number;
    this.tab = tab;
    this.outside = number < 0;
    this.ports = ports;
    this.engine = engine;
    this.handleStill = handleStill;
    /** @type {import('./presence.js').Presence | null} */
    this.presence = null;
    /** @type {Map<string, number>} */
    this.formats = new Map();
    this.stopwatch = new Stopwatch((stream, microseconds, frames) =>
      engine.attempt(null, (core) => core.timed(number, stream, microseconds, frames)),
    );
  }

  open() {
    this.ports.frames.onmessage = ({ data }) => this.handleFrames(data);
    this.ports.control.onmessage = ({ data }) => this.handleControl(data);
  }

  close() {
    this.ports.frames.close();
    this.ports.control.close();
  }

  /** Each question of a message has its answer at the same place. @param {unknown} data */
  async handleFrames(data) {
    if (!Array.isArray(data)) return;
    const frames = data.map((question) => this.transform(pumpToCore(question)));
    const done = frames.some((frame) => frame instanceof Promise) ? await Promise.all(frames) : frames;
    this.answer(/** @type {(ArrayBuffer | null)[]} */ (done));
    this.engine.settle();
  }

  /** @param {(ArrayBuffer | null)[]} frames */
  answer(frames) {
    this.ports.frames.postMessage(frames, frames.filter((frame) => frame !== null));
  }

  /**
   * @param {Sotto.PumpQuestion | null} question
   * @returns {ArrayBuffer | null | Promise<ArrayBuffer | null>}
   */
  transform(question) {
    const { number, engine } = this;
    const { frames } = engine;
    if (!question || !frames || this.outside) return null;
    const [stream, frame, payloadType, mime, layer] = question;
    const begun = engine.attempt(number, (core, now) => {
      const result = frames.transform(now, number, stream, this.format(core, payloadType, mime), frame, layer);
      if (result instanceof ArrayBuffer) this.stopwatch.add(stream, performance.now() - now);
      return result && { result, now };
    });
    if (!begun) return null;
    const { result, now } = begun;
    return result instanceof ArrayBuffer ? result : this.finish(stream, frame, result, now);
  }

  /**
   * @param {number} stream @param {ArrayBuffer} frame
   * @param {import('./frames.js').Away} away @param {number} begun
   */
  async finish(stream, frame, { job, outcome }, begun) {
    const { number, engine } = this;
    const data = await outcome;
    const finished = engine.attempt(number, (_, now) => engine.frames?.finish(now, job, frame, data));
    if (finished) this.stopwatch.add(stream, performance.now() - begun);
    return finished ?? null;
  }

  /** @param {Sotto.Core} core @param {number} payloadType @param {string} mime */
  format(core, payloadType, mime) {
    const name = `${payloadType} ${mime}`;
    const known = this.formats.get(name);
    if (known !== undefined) return known;
    const format = core.format(this.number, payloadType, mime);
    if (this.formats.size < MAX_FORMATS) this.formats.set(name, format);
    return format;
  }

  /** @param {unknown} data */
  handleControl(data) {
    const message = relayToCore(data);
    this.presence?.handleSign();
    if (message?.kind === 'ping') this.tellRelay({ kind: 'pong' });
    else if (message?.kind === 'still') this.handleStill(this, message);
    else if (message && !this.outside) this.engine.call(this.number, (core, now) => this.pass(core, now, message));
  }

  /** @param {Sotto.Core} core @param {number} now @param {Exclude<Sotto.RelayToCore, {kind: 'ping' | 'still'}>} message */
  pass(core, now, message) {
    const page = this.number;
    switch (message.kind) {
      case 'connection':
        return core.connection(now, page, message.connection, message.state);
      case 'far-end':
        return core.farEnd(now, page, message.connection, message.origin, message.iceLite);
      case 'channel':
        return core.channel(now, page, message.connection, message.open);
      case 'control':
        return core.control(now, page, message.connection, new Uint8Array(message.bytes));
      case 'stream':
        return core.stream(now, page, message.stream, message.connection, message.direction, message.carries);
      case 'stream-left':
        return core.streamLeft(now, page, message.stream);
      case 'stream-ended':
        this.stopwatch.forget(message.stream);
        return core.streamEnded(now, page, message.stream);
      case 'flows':
        for (const [stream, ...figures] of message.flows) core.flow(now, page, stream, new Float64Array(figures));
        return;
      case 'looked':
        return core.looked(now, page);
      case 'bypassed':
        return core.bypassed(now, page, message.stream);
      case 'trouble':
        return core.trouble(now, page, message.code);
      default:
        return exhausted(message);
    }
  }

  /** @param {Exclude<Sotto.Output, {kind: 'view' | 'badge' | 'forget-key'}>} output */
  handleOutput(output) {
    switch (output.kind) {
      case 'send':
        return this.send(output.connection, output.bytes.buffer);
      case 'mode':
        return this.setMode(output.on);
      case 'key-frame':
        return this.ports.frames.postMessage({ kind: 'key-frame', stream: output.stream });
      case 'watch':
        return this.tellRelay({ kind: 'watch' });
      case 'contain':
        return this.tellRelay({ kind: 'contain', stream: output.stream, measure: output.measure });
      default:
        return exhausted(output);
    }
  }

  /** @param {boolean} on */
  setMode(on) {
    this.ports.frames.postMessage({ kind: 'mode', on });
    this.tellRelay({ kind: 'mode', on });
  }

  /** @param {number} connection @param {ArrayBuffer} bytes */
  send(connection, bytes) {
    this.ports.control.postMessage({ kind: 'send', connection, bytes }, [bytes]);
  }

  /** @param {Sotto.CoreToRelay} message */
  tellRelay(message) {
    this.ports.control.postMessage(message);
  }

  /** There is no core any more to look after its streams. */
  handleCrash() {
    this.tellRelay({ kind: 'crashed' });
  }

  /** @param {Sotto.State} state */
  showBadge(state) {
    this.ports.host.postMessage({ kind: 'badge', tab: this.tab, state });
  }
}
