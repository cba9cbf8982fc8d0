/** What a bug report needs, to be read before it is copied: see report.js for what is in it. */
import { prepareCopy } from '../popup/copy.js';
import { connect } from '../popup/core.js';
import { element, setText } from '../popup/dom.js';
import { reachOf } from '../popup/tab.js';
import { grantedSites } from '../sites/permissions.js';
import { followTabsOn, tabsOn } from '../sites/tabs.js';
import { reportOf } from './report.js';

/** The browser's and Sotto's versions, and how much there is, not what. */
async function facts() {
  const { version, permissions = [] } = chrome.runtime.getManifest();
  const scripts = await chrome.scripting.getRegisteredContentScripts();
  return {
    version,
    browser: navigator.userAgent,
    language: chrome.i18n.getUILanguage(),
    permissions,
    sites: (await grantedSites()).length,
    scripts: scripts.length,
  };
}

/** @param {[id: number, origin: string]} tab @returns {Promise<[id: number, reach: Sotto.Reach]>} */
async function withReach([id, origin]) {
  const { host = '' } = URL.parse(origin) ?? {};
  return [id, await reachOf({ id, url: origin, origin, host })];
}

/** The tabs that are on, and what the core last said of each that ever was. */
class TabsOn {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    /** @type {[id: number, reach: Sotto.Reach][]} */
    this.noted = [];
    /** @type {Map<number, Sotto.View | null>} */
    this.views = new Map();
  }

  async look() {
    this.noted = await Promise.all((await tabsOn()).map(withReach));
    for (const [id] of this.noted) if (!this.views.has(id)) this.listen(id);
    this.changed();
  }

  /** @returns {import('./report.js').Tab[]} */
  get tabs() {
    return this.noted.map(([id, reach]) => ({ reach, view: this.views.get(id) ?? null }));
  }

  /** @param {number} id */
  listen(id) {
    this.views.set(id, null);
    connect(id, null, true, (view) => {
      this.views.set(id, view);
      this.changed();
    });
  }
}

export async function showDiagnostics() {
  const known = await facts();
  const on = new TabsOn(() => setText(element('diagnostics'), reportOf(known, on.tabs)));
  let looked = on.look();
  followTabsOn(() => { looked = looked.then(() => on.look()); });
  await looked;
  prepareCopy(element('copy'), 'copy', () => element('diagnostics').textContent ?? '');
}
