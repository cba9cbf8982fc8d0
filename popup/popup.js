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
import { prepareOffer, showOffer } from './sections/offer.js';
import { showProblems } from './sections/problems.js';
import { showState } from './sections/state.js';
import { handleLook, prepareLooks, showStreams } from './sections/streams.js';
import { prepareToggle, showToggle } from './sections/toggle.js';
import { allow, currentTab, reachOf, reload, remember, update } from './tab.js';
import { element, keepFocus, setText } from './dom.js';
import { isOn } from '../sites/tabs.js';
import { loadTexts, text } from './texts.js';

const SECTIONS = [showToggle, showState, showOffer, showProblems, showNumber, showMembers, showStreams, showFigures];

/** @param {Sotto.View} view @param {import('./tab.js').Tab} tab */
function show(view, tab) {
  keepFocus(
    () => {
      for (const section of SECTIONS) section(view, tab);
    },
    () => element('state'),
  );
}

/** @param {import('./tab.js').Tab} tab */
const showHost = ({ host }) => setText(element('host'), host || text('extensionName'));

/**
 * The tab moves on and its permission comes and goes while the popup is open.
 * @param {import('./tab.js').Tab} tab @param {(reach: Sotto.Reach) => void} tell
 */
function follow(tab, tell) {
  const look = async () => {
    await update(tab);
    showHost(tab);
    tell(await reachOf(tab));
  };
  chrome.permissions.onAdded.addListener(look);
  chrome.permissions.onRemoved.addListener(look);
  chrome.tabs.onUpdated.addListener((id, { status }) => {
    if (id === tab.id && status === 'complete') look();
  });
  return look;
}

async function start() {
  await loadTexts();
  const tab = await currentTab();
  showHost(tab);
  const reach = await reachOf(tab);
  const core = await connect(tab.id, reach, await isOn(tab), (view) => show(view, tab), handleLook);
  const look = follow(tab, core.reach);
  // It may have been loading when it was asked, and have ended before anybody listened.
  if (reach !== 'ok') look();
  prepareNumber();
  prepareLooks(core.look);
  element('options').addEventListener('click', () => chrome.runtime.openOptionsPage());
  /** @param {boolean} on */
  const turn = async (on) => {
    // First of all: what is noted is for pages to come.
    core.toggle(on);
    await remember(tab, on);
  };
  prepareOffer({ protect: () => allow(tab), reload: () => reload(tab, turn) });
  prepareToggle(turn);
}

start();
