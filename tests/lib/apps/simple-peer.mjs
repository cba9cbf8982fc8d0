/** A page built on simple-peer as its README says, with socket.io to carry the signals. */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { Server } from 'socket.io';
import { listen } from '../listen.mjs';

const require = createRequire(import.meta.url);
const FILES = new Map([
  ['/call.html', `${import.meta.dirname}/simple-peer.html`],
  ['/simplepeer.js', require.resolve('simple-peer/simplepeer.min.js')],
]);

/** @type {import('./all.mjs').App} */
export const simplePeer = {
  name: 'simple-peer',
  path: '/call.html',

  async start() {
    const server = createServer(({ url }, response) => {
      const file = FILES.get(url ?? '');
      response.writeHead(file ? 200 : 404, { 'content-type': file?.endsWith('.js') ? 'text/javascript' : 'text/html' });
      response.end(file ? readFileSync(file) : 'Nothing here');
    });
    const sockets = new Server(server);
    sockets.on('connection', (socket) => {
      socket.on('signal', (to, data) => sockets.to(to).emit('signal', socket.id, data));
      socket.broadcast.emit('newcomer', socket.id);
    });
    return listen(server);
  },

  /** It joins as soon as it is there. */
  async join() {},
};
