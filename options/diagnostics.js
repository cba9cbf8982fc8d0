/** What a bug report needs, to be read before it is copied: see report.js for what is in it. */
import { prepareCopy } from '../popup/copy.js';
import { connect } from '../popup/core.js';
import { element, setText } from '../popup/dom.js';
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

export async function showDiagnostics() {
  const known = await facts();
  /** @type {Map<number, Sotto.View>} */
  const views = new Map();
  const draw = () => setText(element('diagnostics'), reportOf(known, [...views.values()]));
  draw();
  prepareCopy(element('copy'), 'copy', () => element('diagnostics').textContent ?? '');
  for (const [tab] of await tabsOn()) {
    await connect(tab, null, true, (view) => {
      views.set(tab, view);
      draw();
    });
  }
}
