/**
 * Serves pages of the tests' own, each with the headers that make it hard, from two origins.
 * A page is a table's row: it needs no file.
 */

import { createServer } from 'node:http';
import { listen, originOf } from '../listen.mjs';

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
    await listen(server);
    return new PageServer(server, pages);
  }

  /** @param {string} path @param {Served} [page] @returns {string} its address */
  add(path, page = {}) {
    this.pages.set(path, page);
    return `${this.origin}${path}`;
  }

  get origin() {
    return originOf(this.server);
  }

  /** Another site's, which serves the same. */
  get otherOrigin() {
    return this.origin.replace('127.0.0.1', 'localhost');
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
