/** The options page: sites, language, and what a bug report needs. */
import { loadTexts } from '../popup/texts.js';
import { showDiagnostics } from './diagnostics.js';
import { showLanguage } from './language.js';
import { showName } from './name.js';
import { showSites } from './sites.js';

async function start() {
  await loadTexts();
  await Promise.all([showName(), showSites(), showLanguage(), showDiagnostics()]);
}

start();
