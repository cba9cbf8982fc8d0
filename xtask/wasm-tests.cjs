/**
 * Runs the tests of one wasm32 test file in Node: `node wasm-tests.cjs MODULE.js [FILTER]`.
 * This is the Node half of wasm-bindgen-test-runner. That program also drives browsers,
 * and would cost minutes of compiling for what these lines do.
 */

'use strict';

const [, , file, filter = ''] = process.argv;
const print = console.log;
const printError = console.error;

/** @typedef {'debug' | 'log' | 'info' | 'warn' | 'error'} Method */

/** @type {Method[]} */
const METHODS = ['debug', 'log', 'info', 'warn', 'error'];
/** @type {Partial<Record<Method, (args: unknown[]) => void>>} */
const handlers = {};

// The tests' own output is kept by the harness, which shows it when a test fails. The
// console must be wrapped before the module is loaded, because the module binds it then.
Object.assign(globalThis, {
  __wbgtest_og_console_log: print,
  __wbgtest_og_console_error: printError,
  __wbg_test_invoke: (/** @type {() => void} */ test) => test(),
});
for (const method of METHODS) {
  console[method] = (...args) => handlers[method]?.(args);
}

const wasm = require(file);
const context = new wasm.WasmBindgenTestContext(false);
for (const method of METHODS) {
  handlers[method] = wasm[`__wbgtest_console_${method}`];
}

/** An export is named `__wbgt_<modifiers>_<crate>::<path of the test>`. */
const all = Object.keys(wasm.__wasm).filter((name) => name.startsWith('__wbgt_'));
const chosen = all.filter((name) => name.slice(name.indexOf('::') + 2).includes(filter));

async function main() {
  context.include_ignored(false);
  context.filtered_count(all.length - chosen.length);
  const ok = await context.run(chosen.map((name) => wasm.__wasm[name]));
  process.exitCode = ok ? 0 : 1;
}

main().catch((error) => {
  printError(error);
  process.exitCode = 1;
});
