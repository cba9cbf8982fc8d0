/**
 * Keeps what a popup showed over some time, beside the core's figures at that moment. It is
 * written in the popup's own page, so that nobody who asks for it changes the call's pace.
 */

import assert from 'node:assert/strict';

/**
 * @typedef {import('./participant.mjs').Participant} Participant
 * @typedef {{sealed: number, opened: number, failed: number, dropped: number}} Figures
 * @typedef {{at: number, late: number, shown: string, members: number, epoch: number | null, figures: Figures}} Entry
 *   `late` is by how much it came later than the core sends: a machine that stands still shows there
 */

/** What was opened counts for 3 s, and the popup follows twice a second. */
const STALE = 4_000;

/** @param {Participant} person */
export async function beginDiary({ popup }) {
  await popup.page.evaluate(async (tab) => {
    /** @type {Entry[]} */
    const diary = ((/** @type {any} */ (window)).diary = []);
    const lock = `sotto-diary-${crypto.randomUUID()}`;
    await new Promise((held) => {
      navigator.locks.request(lock, () => {
        held(undefined);
        return new Promise(() => {});
      });
    });
    // Not by a timer of this page's, which in a window that nobody looks at comes once a second.
    const every = 500;
    let due = performance.now() + every;
    const url = chrome.runtime.getURL('worker/core-worker.js');
    const { core: { name, word } } = /** @type {any} */ (await chrome.storage.session.get('core'));
    const { port } = new SharedWorker(url, { type: 'module', name });
    port.onmessage = ({ data }) => {
      if (data.kind !== 'view') return;
      const { epoch, members, stats: figures } = data.view;
      const shown = /** @type {HTMLElement | null} */ (document.querySelector('[data-test="state"]'));
      diary.push({
        at: Date.now(),
        late: Math.max(0, Math.round(performance.now() - due)),
        shown: shown?.dataset.state ?? '',
        members: members.length,
        epoch,
        figures,
      });
      due = performance.now() + every;
    };
    port.postMessage({ kind: 'word', word });
    port.postMessage({ kind: 'watch', tab, reach: 'ok', on: true, lock });
  }, popup.tab);
}

/**
 * @param {Participant} person
 * @returns {Promise<Entry[]>}
 */
export function diaryOf({ popup }) {
  return popup.page.evaluate(() => /** @type {any} */ (window).diary);
}

/**
 * Nobody was told `encrypted` when nothing had been opened for some time.
 * @param {string} name @param {Entry[]} diary
 */
export function neverClaimedInVain(name, diary) {
  assert.ok(diary.length > 0, `${name} has a diary`);
  for (const entry of diary.filter(({ shown }) => shown === 'encrypted')) {
    const before = diary.findLast(({ at }) => at <= entry.at - STALE);
    if (!before) continue;
    const opened = entry.figures.opened - before.figures.opened;
    assert.ok(opened > 0, `${name} was told encrypted, but nothing was opened for ${entry.at - before.at} ms`);
  }
}
