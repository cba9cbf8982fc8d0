/** Serves the page of a benchmark's call. */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { listen } from '../../tests/lib/listen.mjs';

const PAGE = '/page.html';
const SCRIPTS = ['/page.js', '/source.js', '/wait.js'];

/** @returns {Promise<{base: string, close: () => void}>} */
export async function serve() {
  const server = createServer(({ url = '' }, response) => {
    const isScript = SCRIPTS.includes(url);
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(readFileSync(join(import.meta.dirname, isScript ? url : PAGE)));
  });
  return { base: `${await listen(server)}/`, close: () => server.close() };
}
