/**
 * str0m's page as it serves it, byte for byte, but on an address that browsers trust: its own has a
 * certificate that nobody has signed.
 */

import { createServer } from 'node:http';
import { request } from 'node:https';
import { listen } from '../listen.mjs';

/** As its sources have it. */
const SERVER = { host: '127.0.0.1', port: 3000, rejectUnauthorized: false };

export async function servePage() {
  const server = createServer(forward);
  return { server, origin: await listen(server) };
}

/** @param {import('node:http').IncomingMessage} asked @param {import('node:http').ServerResponse} response */
function forward(asked, response) {
  const { method, url: path, headers } = asked;
  const onward = request({ ...SERVER, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.once('error', () => response.destroy());
  asked.pipe(onward);
}

/** @returns {Promise<boolean>} */
export function isThere() {
  return new Promise((resolve) => {
    const question = request(SERVER, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    question.once('error', () => resolve(false));
    question.end();
  });
}
