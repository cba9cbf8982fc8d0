/** Starts and ends an app's server. */

import { fork } from 'node:child_process';
import { join } from 'node:path';

/**
 * @param {import('./all.mjs').App} app
 * @returns {Promise<{origin: string, close(): void}>}
 */
export async function serve({ name }) {
  const server = fork(join(import.meta.dirname, 'serve.mjs'), [name], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const origin = await new Promise((started, failed) => {
    server.once('message', started);
    server.once('exit', () => failed(new Error(`the server of ${name} ended`)));
  });
  return { origin, close: () => { server.kill(); } };
}
