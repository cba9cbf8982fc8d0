/**
 * The popup of a tab: shows the view that the core computes, and turns Sotto on and off. It
 * decides nothing; what it shows are the core's codes, in the reader's words.
 *
 * Opened as a page with `?tab=ID` it is the popup of that tab.
 */
import { connect } from './core.js';
import { showFigures } from './sections/figures.js';
import { showMembers } from './sections/members.js';
import { prepareNumber, showNumber } from './sections/number.js';
import { showProblems } from './sections/problems.js';
import { showState } from './sections/state.js';
import { showStreams } from './sections/streams.js';
import { prepareToggle, showToggle } from './sections/toggle.js';
import { currentTab, isOn, reachOf, remember } from './tab.js';
import { element } from './dom.js';
import { text } from './texts.js';

/** @param {Sotto.View} view */
function show(view) {
  showToggle(view);
  showState(view);
  showProblems(view);
  showNumber(view);
  showMembers(view);
  showStreams(view);
  showFigures(view);
}

async function start() {
  document.documentElement.lang = chrome.i18n.getUILanguage();
  document.documentElement.dir = text('@@bidi_dir');
  const tab = await currentTab();
  element('host').textContent = tab.host;
  const core = await connect(tab.id, await reachOf(tab), await isOn(tab), show);
  prepareNumber();
  prepareToggle(async (on) => {
    await remember(tab, on);
    core.toggle(on);
  });
}

start();
