/** What went through which SFU with which codec and carrier, as text and for the log. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CAST, FOLDER } from '../stage.mjs';

/** @typedef {import('../call.mjs').Carrier} Carrier */

/** @type {Record<Carrier, string>} */
const COLUMNS = { 'in-band': 'in-band', channel: 'relayed channel' };

export class SfuTable {
  /** @param {string} story @param {string[]} rows */
  constructor(story, rows) {
    this.story = story;
    /** @type {Map<string, Partial<Record<Carrier, string>>>} */
    this.rows = new Map(rows.map((row) => [row, {}]));
  }

  /** @param {string} row @param {Carrier} carrier @param {string} outcome */
  set(row, carrier, outcome) {
    this.rows.set(row, { ...this.rows.get(row), [carrier]: outcome });
  }

  /** What holds for every codec. @param {Carrier} carrier @param {string} outcome */
  setAll(carrier, outcome) {
    for (const row of this.rows.keys()) this.set(row, carrier, outcome);
  }

  toString() {
    const carriers = /** @type {Carrier[]} */ (Object.keys(COLUMNS));
    const body = [...this.rows].map(([row, cells]) => [row, ...carriers.map((carrier) => cells[carrier] ?? 'not run')]);
    const lines = [['', ...carriers.map((carrier) => COLUMNS[carrier])], ...body];
    const widths = lines[0].map((_, n) => Math.max(...lines.map((line) => line[n].length)));
    return lines.map((line) => line.map((text, n) => text.padEnd(widths[n])).join('  ').trimEnd()).join('\n');
  }

  write() {
    mkdirSync(FOLDER, { recursive: true });
    const browser = CAST.includes('firefox') ? '-firefox' : '';
    writeFileSync(join(FOLDER, `${this.story}-table${browser}.txt`), `${this}\n`);
  }
}
