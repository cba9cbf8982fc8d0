/** Janus's demo pages and the libraries that they load, as Debian's packages have them. */

import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { listen } from '../listen.mjs';

const PAGES = '/usr/share/janus/demos';

/** @param {string} janus its address */
export async function servePages(janus) {
  const express = createRequire(import.meta.url)('express4');
  const app = express();
  // The one file that is to be adapted where the pages are put up; without iceServers they ask Google's.
  const settings = `var server = '${janus}', iceServers = [], token, apisecret;\n`;
  app.get('/settings.js', (/** @type {unknown} */ _, /** @type {any} */ response) => response.type('js').send(settings));
  app.use(express.static(PAGES));
  const server = createServer(app);
  return { server, origin: await listen(server) };
}
