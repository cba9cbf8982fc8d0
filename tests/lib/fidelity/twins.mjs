/**
 * One person in two browsers, with Sotto and without, who does the same in both; and the
 * blank page where it is done.
 */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { listen, originOf } from '../listen.mjs';
import { Participant } from '../participant.mjs';
import { EXTENSION, FOLDER, browserOf } from '../stage.mjs';

/** So much of a difference is shown of each side. */
const MOST = 20;

/**
 * @typedef {import('node:http').Server} Server
 * @typedef {(page: typeof import('./page.mjs'), detail: any) => Promise<string[]>} Scenario runs in the page
 */

export class Twins {
  /** @param {Server} server @param {Participant} withSotto @param {Participant} without */
  constructor(server, withSotto, without) {
    this.server = server;
    this.withSotto = withSotto;
    this.without = without;
  }

  static async start() {
    const server = await serve();
    /** @param {string} name @param {string | null} extension */
    const start = (name, extension) =>
      Participant.start({ ...browserOf(0), extension, folder: FOLDER, index: 0, name });
    const both = await Promise.all([start('with Sotto', EXTENSION), start('without Sotto', null)]);
    return new Twins(server, ...both);
  }

  /** @param {Scenario} scenario @param {unknown} [detail] */
  async sameInBoth(scenario, detail) {
    const [here, there] = await this.inBoth(scenario, detail);
    assert.ok(there.length > 0, 'the scenario shows something');
    const difference = diff(here, there);
    if (difference) assert.fail(`with Sotto (+) it is not as without (-):\n${difference}`);
  }

  /** @param {Scenario} scenario @param {unknown} [detail] @returns {Promise<string[][]>} */
  inBoth(scenario, detail) {
    const script = `import('/page.mjs').then((page) => (${scenario})(page, ${JSON.stringify(detail)}))`;
    return Promise.all(
      [this.withSotto, this.without].map(async ({ page }) => {
        await page.goto(this.base);
        return page.evaluate(script);
      }),
    );
  }

  get base() {
    return `${originOf(this.server)}/`;
  }

  async close() {
    await Promise.all([this.withSotto.close(), this.without.close()]);
    this.server.close();
  }
}

/** The blank page and the modules beside this file. @returns {Promise<Server>} */
async function serve() {
  const server = createServer(async ({ url }, response) => {
    const module = /^\/([a-z]+\.mjs)$/.exec(url ?? '')?.[1];
    response.setHeader('content-type', module ? 'text/javascript' : 'text/html');
    response.end(module ? await readFile(join(import.meta.dirname, module)) : '<!doctype html><title>Blank</title>');
  });
  await listen(server);
  return server;
}

/**
 * Lines that only one has; if there is none, the first that is elsewhere.
 * @param {string[]} here @param {string[]} there
 */
function diff(here, there) {
  const added = here.filter((line) => !there.includes(line)).map((line) => `+ ${line}`);
  const missing = there.filter((line) => !here.includes(line)).map((line) => `- ${line}`);
  if (added.length + missing.length > 0) return [...missing.slice(0, MOST), ...added.slice(0, MOST)].join('\n');
  const first = there.findIndex((line, n) => line !== here[n]);
  if (first < 0 && here.length === there.length) return '';
  return `- ${there[first]}\n+ ${here[first < 0 ? there.length : first]}`;
}
