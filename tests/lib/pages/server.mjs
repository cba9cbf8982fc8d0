/**
 * Serves pages of the tests' own, each with the headers that make it hard, from two origins.
 * A page is a table's row: it needs no file.
 */

import { createServer } from 'node:http';

/**
 * @typedef {{headers?: Record<string, string>, html?: string}} Served
 */

const BLANK = '<!doctype html><html lang="en"><title>A page</title><body></body></html>';

export class PageServer {
  /** @param {import('node:http').Server} server @param {Map<string, Served>} pages */
  constructor(server, pages) {
    this.server = server;
    this.pages = pages;
  }

  static async start() {
    /** @type {Map<string, Served>} */
    const pages = new Map();
    const server = createServer(({ url }, response) => {
      const page = pages.get(new URL(url ?? '', 'http://tests').pathname);
      const { headers = {}, html = BLANK } = page ?? {};
      response.writeHead(page ? 200 : 404, { 'content-type': 'text/html; charset=utf-8', ...headers });
      response.end(page ? html : '');
    });
    await new Promise((done) => { server.listen(0, '127.0.0.1', () => done(undefined)); });
    return new PageServer(server, pages);
  }

  /** @param {string} path @param {Served} [page] @returns {string} its address */
  add(path, page = {}) {
    this.pages.set(path, page);
    return `${this.origin}${path}`;
  }

  get port() {
    return /** @type {import('node:net').AddressInfo} */ (this.server.address()).port;
  }

  get origin() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Another site's, which serves the same. */
  get otherOrigin() {
    return `http://localhost:${this.port}`;
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
