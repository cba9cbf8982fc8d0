/**
 * The SharedWorker that holds the core: one for every tab, site and popup.
 *
 * It only starts things. The handler is there before the wasm is, and what
 * comes early waits in line; a top-level await here would lose it. Logic is in
 * the core, the way to it in engine.js, ports and routes in desk.js.
 */
// @ts-ignore: made by the build; Sotto.Core says what it is.
import init, { Core } from '../core/sotto_core.js';
import { Desk } from './desk.js';
import { Engine } from './engine.js';

const desk = new Desk();
/** @type {(() => void)[] | null} */
let early = [];

/** @returns {Sotto.Core} */
const newCore = () => new Core(crypto.getRandomValues(new Uint8Array(32)));

/** @param {() => void} action */
function whenReady(action) {
  if (early) early.push(action);
  else action();
}

/** @param {Sotto.Core | null} core @param {WebAssembly.Memory | null} memory the core's */
function open(core, memory) {
  const waiting = early ?? [];
  early = null;
  desk.open(new Engine(core, memory, desk));
  for (const action of waiting) action();
}

/** @param {MessageEvent} event */
function handleConnect({ ports: [port] }) {
  port.onmessage = (event) => whenReady(() => desk.handleMessage(port, event));
}

/** @type {any} */ (self).onconnect = handleConnect;

init({ module_or_path: new URL('../core/sotto_core_bg.wasm', import.meta.url) }).then(
  /** @param {{memory: WebAssembly.Memory}} exports */ ({ memory }) => open(newCore(), memory),
  () => open(null, null),
);
