/** The table of media as text: a row for each scenario, a column for each codec. */

const FAILED = 'FAILED';

/** @typedef {{video: string, audio: string}} Run */

export class Table {
  /** @param {string[]} rows @param {Run[]} runs */
  constructor(rows, runs) {
    this.rows = rows;
    this.columns = [...new Set(runs.flatMap(({ video, audio }) => [video, audio]))];
    /** @type {Map<string, string>} */
    this.cells = new Map();
  }

  /** Failed, until it is said to have passed. @param {string} row @param {string} codec */
  begin(row, codec) {
    this.cells.set(`${row} ${codec}`, FAILED);
  }

  /** Unless it was refused. @param {string} row @param {string} codec */
  pass(row, codec) {
    const cell = `${row} ${codec}`;
    if (this.cells.get(cell) === FAILED) this.cells.set(cell, 'passed');
  }

  /** @param {string} row @param {string} codec @param {string} [reason] */
  refuse(row, codec, reason = 'no codec: the browser has none') {
    this.cells.set(`${row} ${codec}`, reason);
  }

  toString() {
    const body = this.rows.map((row) => [row, ...this.columns.map((column) => this.cells.get(`${row} ${column}`) ?? 'not played')]);
    const lines = [['', ...this.columns], ...body];
    const widths = lines[0].map((_, n) => Math.max(...lines.map((line) => line[n].length)));
    return lines.map((line) => line.map((text, n) => text.padEnd(widths[n])).join('  ').trimEnd()).join('\n');
  }
}
