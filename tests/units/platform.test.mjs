/** What the relay tells browsers apart by. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { createContext, runInContext } from 'node:vm';

const SOURCE = readFileSync(join(resolve(import.meta.dirname, '../..'), 'content-scripts/relay/platform.js'), 'utf8');

/** Settings of tracks as the browsers give them, measured with Chromium 156 and Firefox 153. */
const SETTINGS = /** @type {const} */ ([
  ['Chromium, a display', true, { displaySurface: 'monitor', deviceId: 'x', frameRate: 30, resizeMode: 'none' }, true],
  ['Chromium, its sound', true, { deviceId: 'x', restrictOwnAudio: false }, true],
  ['Chromium, a camera', true, { deviceId: 'x', frameRate: 30, resizeMode: 'none' }, false],
  ['Firefox, a display', false, { frameRate: 30, height: 1024, resizeMode: 'crop-and-scale', width: 1280 }, true],
  ['Firefox, a camera', false, { deviceId: 'x', facingMode: 'environment', frameRate: 30, groupId: 'y', height: 480, width: 640 }, false],
  ['Firefox, a canvas', false, { height: 150, width: 300 }, false],
  ['Firefox, a microphone', false, { deviceId: 'x', channelCount: 1, groupId: 'y' }, false],
  ['Firefox, web audio', false, {}, false],
]);

for (const [what, hasEncodedStreams, settings, expected] of SETTINGS) {
  test(`a track of a display is told by its settings: ${what}`, () => {
    const context = createContext({ window: {}, RTCRtpSender: hasEncodedStreams ? class { createEncodedStreams() {} } : class {} });
    const isOfDisplay = runInContext(`${SOURCE}; sottoPlatform.isOfDisplay(${JSON.stringify(settings)})`, context);
    assert.equal(isOfDisplay, expected);
  });
}
