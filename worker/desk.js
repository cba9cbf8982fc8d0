/**
 * Who is connected to the core worker, and what goes where: messages of hosts
 * and popups to the core, the core's outputs to relays, pumps, hosts and
 * popups. Knows ports and numbers, nothing of what is in the bytes.
 */
import { crashedView } from './crashed-view.js';
import { exhausted } from './exhausted.js';
import { Looks } from './looks.js';
import { Page } from './page.js';
import { hostToCore, oursToCore, wordToCore } from './parse.js';
import { Presence } from './presence.js';
import { Trust } from './trust.js';
import { Watchers } from './watchers.js';

export class Desk {
  constructor() {
    /** @type {import('./engine.js').Engine | null} */
    this.engine = null;
    /** @type {Map<number, Page>} */
    this.pages = new Map();
    /** @type {Map<number, boolean>} what each tab was last set to */
    this.modes = new Map();
    this.lastOutside = 0;
    this.trust = new Trust();
    this.watchers = new Watchers((tab) => this.view(tab));
    this.looks = new Looks((place, asked) => this.vouches(place, asked));
  }

  /** @param {import('./engine.js').Engine} engine */
  open(engine) {
    this.engine = engine;
  }

  /** @param {MessagePort} port @param {MessageEvent} event */
  handleMessage(port, { data, ports }) {
    const host = hostToCore(data);
    if (host?.kind === 'leave') return this.pageOf(port)?.presence?.end();
    if (host && ports.length === 2) return this.attach(port, host.token, ports);
    const word = wordToCore(data);
    if (word) return this.trust.handleWord(port, word.word);
    if (this.trust.has(port)) this.handleOurs(port, data);
  }

  /** @param {MessagePort} port @param {unknown} data */
  handleOurs(port, data) {
    const message = oursToCore(data);
    if (!message) return;
    switch (message.kind) {
      case 'voucher':
        return this.trust.vouch(port, message);
      case 'watch':
        return this.handleWatch(port, message);
      case 'toggle':
        return this.setMode(message.tab, message.on);
      case 'look':
        return this.looks.ask(port, message, this.pages.get(message.page));
      case 'cuts':
        return this.handleCuts(message);
      case 'reach':
        return this.engine?.call(null, (core, now) => core.reach(now, message.tab, message.reach));
      case 'permission':
        return this.engine?.call(null, (core, now) => core.permission(now, message.tab, message.given));
      case 'name':
        return this.engine?.call(null, (core, now) => core.name(now, message.name));
      case 'try-name':
        return this.tellName(port, message.name);
      default:
        return exhausted(message);
    }
  }

  /** @param {MessagePort} port @param {string} token @param {readonly MessagePort[]} ports */
  attach(port, token, [control, frames]) {
    const voucher = this.trust.take(token);
    if (!voucher) return;
    const { tab, top, on, lock } = voucher;
    const engine = /** @type {import('./engine.js').Engine} */ (this.engine);
    // First of all: the page's pump takes the first mode it hears for the truth. And what the
    // page remembers being on is news, what it remembers being off may be older than a toggle.
    if (on || !this.modes.has(tab)) this.setMode(tab, on);
    const number = engine.attempt(null, (core, now) => core.attach(now, tab)) ?? (this.lastOutside -= 1);
    if (top) engine.attempt(null, (core, now) => core.reached(now, tab));
    const page = new Page(number, tab, { host: port, control, frames }, engine, (...still) => this.looks.answer(...still));
    this.pages.set(number, page);
    if (page.outside || engine.dead) this.shut(page, this.modes.get(tab) === true);
    if (engine.dead) page.handleCrash();
    page.open();
    page.presence = new Presence(lock, () => this.detach(page));
  }

  /** Its host document is gone. @param {Page} page */
  detach(page) {
    this.pages.delete(page.number);
    page.close();
    if (!page.outside) this.engine?.call(null, (core, now) => core.detach(now, page.number));
    this.forgetUnused(page.tab);
  }

  /** @param {MessagePort} port @param {Sotto.Watch} watch */
  handleWatch(port, { tab, reach, on, lock }) {
    if (reach) this.engine?.call(null, (core, now) => core.reach(now, tab, reach));
    // Who only looks on follows no tab to where it goes next, and has no word in what it is set to.
    if (reach && !this.modes.has(tab)) this.setMode(tab, on);
    this.watchers.add(port, tab, reach !== undefined);
    if (lock) navigator.locks.request(lock, () => this.handleClose(port));
  }

  /** What others would be told of it. @param {MessagePort} port @param {string} name */
  tellName(port, name) {
    const told = this.engine?.attempt(null, (core) => core.nameTold(name));
    if (told !== undefined) port.postMessage(/** @type {Sotto.NameTold} */ ({ kind: 'name-told', name, told }));
  }

  /** The background has shown what it knows of them, which is less than the core does. @param {Sotto.CutsToCore} cuts */
  handleCuts({ tab, sandboxed, lost }) {
    this.engine?.call(null, (core, now) => core.cuts(now, tab, sandboxed, lost));
    for (const page of this.pagesOf(tab)) page.showBadge(this.view(tab).state);
  }

  /** @param {number} tab @param {boolean} on */
  setMode(tab, on) {
    this.modes.set(tab, on);
    this.engine?.call(null, (core, now) => (on ? core.turnOn(now, tab) : core.turnOff(now, tab)));
    for (const page of this.pagesOf(tab)) if (page.outside || this.engine?.dead) this.shut(page, on);
    // Also where nothing changes, or nobody is left to say so: whoever asked waits for a view.
    this.watchers.handleChange(tab);
  }

  /** Where there is no core to do it. @param {Page} page @param {boolean} on */
  shut(page, on) {
    page.setMode(on);
    page.showBadge(on ? 'trouble' : 'off');
  }

  /** @param {number} tab @returns {Sotto.View} */
  view(tab) {
    const view = this.engine?.attempt(null, (core, now) => core.view(now, tab));
    return view ?? crashedView(this.modes.get(tab) === true);
  }

  /** @param {Sotto.Place} place @param {number} asked */
  vouches({ tab, page, stream }, asked) {
    return this.engine?.attempt(null, (core, now) => core.vouches(now, tab, page, stream, asked)) ?? false;
  }

  /** Popup or options are gone. @param {MessagePort} port */
  handleClose(port) {
    const tab = this.watchers.remove(port);
    if (tab !== null) this.forgetUnused(tab);
  }

  /** A tab without page and popup; what it was set to is in the session's storage. @param {number} tab */
  forgetUnused(tab) {
    if (this.pagesOf(tab).length > 0 || this.watchers.hasPopup(tab)) return;
    this.modes.delete(tab);
    this.engine?.call(null, (core) => core.forget(tab));
    this.watchers.handleChange(tab);
  }

  /** @param {MessagePort} host */
  pageOf(host) {
    return [...this.pages.values()].find(({ ports }) => ports.host === host);
  }

  /** @param {number} tab */
  pagesOf(tab) {
    return [...this.pages.values()].filter((page) => page.tab === tab);
  }

  /** @param {Exclude<Sotto.Output, {kind: 'forget-key'}>} output */
  handleOutput(output) {
    if (output.kind === 'view') this.watchers.handleChange(output.tab);
    else if (output.kind === 'badge') for (const page of this.pagesOf(output.tab)) page.showBadge(output.state);
    else this.pages.get(output.page)?.handleOutput(output);
  }

  /** Nothing passes any more where Sotto is on, and everyone is told. */
  handleCrash() {
    this.watchers.showEveryone();
    for (const page of this.pages.values()) {
      page.handleCrash();
      if (this.modes.get(page.tab)) page.showBadge('trouble');
    }
  }
}
