/**
 * Keeps what a popup showed over some time, beside the core's figures at that moment. It is
 * written in the popup's own page, so that nobody who asks for it changes the call's pace.
 */

import assert from 'node:assert/strict';

/**
 * @typedef {import('./participant.mjs').Participant} Participant
 * @typedef {{sealed: number, opened: number, failed: number, dropped: number}} Figures
 * @typedef {{at: number, late: number, shown: string, members: number, epoch: number | null, figures: Figures}} Entry
 *   `late` is by how much the latest timer came, since the entry before: a machine that stands still shows there
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
    const every = 100;
    let [due, late] = [performance.now() + every, 0];
    setInterval(() => {
      late = Math.max(late, performance.now() - due);
      due = performance.now() + every;
    }, every);
    const url = chrome.runtime.getURL('worker/core-worker.js');
    const { port } = new SharedWorker(url, { type: 'module', name: 'sotto-core' });
    port.onmessage = ({ data }) => {
      if (data.kind !== 'view') return;
      const { epoch, members, stats: figures } = data.view;
      const shown = /** @type {HTMLElement | null} */ (document.querySelector('[data-test="state"]'));
      diary.push({
        at: Date.now(),
        late: Math.round(late),
        shown: shown?.dataset.state ?? '',
        members: members.length,
        epoch,
        figures,
      });
      late = 0;
    };
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
