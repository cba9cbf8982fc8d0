/** PeerJS with its server, and a page that uses both as their READMEs say: everybody calls all who are there. */

import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { ExpressPeerServer } from 'peer';
import { listen } from '../listen.mjs';

const require = createRequire(import.meta.url);

/** @type {import('./all.mjs').App} */
export const peerJs = {
  name: 'PeerJS',
  path: '/call.html',

  async start() {
    const app = require('express4')();
    const server = createServer(app);
    app.get('/peerjs.js', (/** @type {unknown} */ _, /** @type {any} */ response) => response.sendFile(require.resolve('peerjs/dist/peerjs.min.js')));
    app.get('/call.html', (/** @type {unknown} */ _, /** @type {any} */ response) => response.sendFile(`${import.meta.dirname}/peerjs.html`));
    app.use('/', ExpressPeerServer(server, { path: '/signalling', allow_discovery: true }));
    return listen(server);
  },

  /** It joins as soon as it is there. Two who ask at the same moment who is there call each other twice. */
  async join(page) {
    await page.waitForFunction(() => document.body.classList.contains('joined'));
  },
};
