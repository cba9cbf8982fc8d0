/** What a bug report needs, to be read before it is copied: see report.js for what is in it. */
import { prepareCopy } from '../popup/copy.js';
import { connect } from '../popup/core.js';
import { element, setText } from '../popup/dom.js';
import { reachOf } from '../popup/tab.js';
import { grantedSites } from '../sites/permissions.js';
import { tabsOn } from '../sites/tabs.js';
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

/** @param {[id: number, origin: string]} tab @returns {Promise<import('./report.js').Tab>} */
async function tabOf([id, origin]) {
  const { host = '' } = URL.parse(origin) ?? {};
  return { reach: await reachOf({ id, url: origin, origin, host }), view: null };
}

export async function showDiagnostics() {
  const known = await facts();
  const noted = await tabsOn();
  const tabs = await Promise.all(noted.map(tabOf));
  const draw = () => setText(element('diagnostics'), reportOf(known, tabs));
  draw();
  prepareCopy(element('copy'), 'copy', () => element('diagnostics').textContent ?? '');
  for (const [index, [id]] of noted.entries()) {
    await connect(id, null, true, (view) => {
      tabs[index].view = view;
      draw();
    });
  }
}
