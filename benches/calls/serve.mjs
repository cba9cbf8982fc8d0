/** Serves the page of a benchmark's call. */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const PAGE = '/page.html';
const SCRIPTS = ['/page.js', '/source.js', '/wait.js'];

/** @returns {Promise<{base: string, close: () => void}>} */
export function serve() {
  const server = createServer(({ url = '' }, response) => {
    const isScript = SCRIPTS.includes(url);
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(readFileSync(join(import.meta.dirname, isScript ? url : PAGE)));
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      resolve({ base: `http://127.0.0.1:${port}/`, close: () => server.close() });
    });
  });
}
