/** open-easyrtc with its own multiparty demo, started as its server_example does. */

import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { Server } from 'socket.io';
import { listen } from '../listen.mjs';

const require = createRequire(import.meta.url);

/** @type {import('./all.mjs').App} */
export const easyrtc = {
  name: 'open-easyrtc',
  path: '/demos/demo_multiparty.html',

  async start() {
    const app = require('express4')();
    const server = createServer(app);
    const sockets = new Server(server, { allowEIO3: true });
    const options = { logLevel: 'none', appIceServers: [] };
    await new Promise((done) => { require('open-easyrtc').listen(app, sockets, options, done); });
    return listen(server);
  },

  /**
   * It joins by itself, some time after it is there. Of two that come at once each calls the other,
   * and open-easyrtc can lose both calls.
   */
  async join(page) {
    await page.waitForFunction(() => /** @type {any} */ (window).easyrtc.myEasyrtcid);
  },
};
