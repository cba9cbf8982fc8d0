/**
 * Notices that a page's host document is gone, which no port tells. Its lock
 * is free then. A host that runs in the page's process has locks apart from
 * ours: it says itself that it goes, and when it can't, its relay's silence
 * does. Silence is counted in beats of our own, so that a sleep isn't one.
 */
const BEAT_MS = 5000;
const MISSED_BEATS = 6;

export class Presence {
  /** @param {string | undefined} lock @param {() => void} gone */
  constructor(lock, gone) {
    this.gone = gone;
    this.silentBeats = 0;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
    if (lock) navigator.locks.request(lock, gone);
    else this.timer = setInterval(() => this.handleBeat(), BEAT_MS);
  }

  handleSign() {
    this.silentBeats = 0;
  }

  handleBeat() {
    this.silentBeats += 1;
    if (this.silentBeats > MISSED_BEATS) this.end();
  }

  end() {
    clearInterval(this.timer);
    this.gone();
  }
}
