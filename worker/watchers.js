/**
 * The popups that look at a tab, and options that only look on: each gets the
 * tab's view at once and then whenever it changes, at most four times a second.
 * Who closes can say so by a lock it held; one that does not is dropped when
 * others come.
 */
const PAUSE_MS = 250;
const MAX_WATCHERS = 16;

export class Watchers {
  /** @param {(tab: number) => Sotto.View} view */
  constructor(view) {
    this.view = view;
    /** @type {Map<MessagePort, number>} */
    this.tabs = new Map();
    /** @type {WeakSet<MessagePort>} */
    this.popups = new WeakSet();
    /** @type {Map<number, {dirty: boolean}>} tabs that were shown just now */
    this.pausing = new Map();
  }

  /** @param {MessagePort} port @param {number} tab @param {boolean} isPopup */
  add(port, tab, isPopup) {
    if (isPopup) this.popups.add(port);
    this.tabs.delete(port);
    this.tabs.set(port, tab);
    const [oldest] = this.tabs.keys();
    if (this.tabs.size > MAX_WATCHERS) this.tabs.delete(oldest);
    this.show(port, tab);
  }

  /** @param {MessagePort} port @returns {number | null} the tab it looked at */
  remove(port) {
    const tab = this.tabs.get(port) ?? null;
    this.tabs.delete(port);
    return tab;
  }

  /** @param {number} tab */
  has(tab) {
    return [...this.tabs.values()].includes(tab);
  }

  /** Whether a person can turn it on or off there. @param {number} tab */
  hasPopup(tab) {
    return [...this.tabs].some(([port, watched]) => watched === tab && this.popups.has(port));
  }

  /** @param {number} tab */
  handleChange(tab) {
    const pause = this.pausing.get(tab);
    if (pause) pause.dirty = true;
    else if (this.has(tab)) this.showAll(tab);
  }

  /** @param {number} tab */
  showAll(tab) {
    this.pausing.set(tab, { dirty: false });
    setTimeout(() => this.handlePause(tab), PAUSE_MS);
    for (const [port, watched] of this.tabs) if (watched === tab) this.show(port, tab);
  }

  /** @param {number} tab */
  handlePause(tab) {
    const dirty = this.pausing.get(tab)?.dirty;
    this.pausing.delete(tab);
    if (dirty) this.handleChange(tab);
  }

  showEveryone() {
    for (const [port, tab] of this.tabs) this.show(port, tab);
  }

  /** @param {MessagePort} port @param {number} tab */
  show(port, tab) {
    port.postMessage({ kind: 'view', tab, view: this.view(tab) });
  }
}
