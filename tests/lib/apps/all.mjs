/** The call pages of others that the tests know. */

import { easyrtc } from './easyrtc.mjs';
import { peerCalls } from './peer-calls.mjs';
import { peerJs } from './peerjs.mjs';
import { simplePeer } from './simple-peer.mjs';

/**
 * @typedef {{name: string, path: string, start(): Promise<string>,
 *   join(page: import('playwright-core').Page, name: string): Promise<void>}} App `start` gives the server's origin
 */

/** @type {App[]} */
export const APPS = [easyrtc, peerCalls, peerJs, simplePeer];
