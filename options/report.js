/**
 * The text of a bug report. It is composed from what is named here and from nothing else: no
 * address, name, safety number, member, key or id can come in by a field that is added later.
 */

/** @typedef {{version: string, browser: string, language: string, permissions: string[], sites: number, scripts: number}} Facts */
/** @typedef {{reach: Sotto.Reach, view: Sotto.View | null}} Tab on which Sotto is on; no view, no answer of the core */

/** @param {Sotto.StreamView} stream */
const streamOf = ({ direction, media, role, protection, reason }) =>
  `${direction} ${role ?? media}: ${protection}${reason ? ` (${reason})` : ''}`;

/** @param {Sotto.View} view */
function callOf({ state, reason, members, others, streams, problems, stats }) {
  const { sealed, opened, failed, unsealed, dropped, overheadBytesPerFrame, joinMs } = stats;
  return [
    `${state} (${reason}), members ${members.length}, others ${others}`,
    `  frames: sealed ${sealed}, opened ${opened}, failed ${failed}, unsealed ${unsealed}, dropped ${dropped}`,
    `  overhead ${overheadBytesPerFrame?.toFixed(1) ?? '-'} B, join ${joinMs ?? '-'} ms`,
    ...problems.map(({ code, count }) => `  problem: ${code}${count === null ? '' : ` x${count}`}`),
    ...streams.map((stream) => `  ${streamOf(stream)}`),
  ];
}

/** The core knows of a tab only while it has a page there. @param {Tab} tab @param {number} index */
function tabOf({ reach, view }, index) {
  const [call, ...details] = view?.on ? callOf(view) : [view ? 'no call' : 'no answer'];
  return [`tab ${index + 1}: on, ${reach === 'ok' ? '' : `${reach}, `}${call}`, ...details];
}

/** @param {Facts} facts @param {Tab[]} tabs */
export function reportOf({ version, browser, language, permissions, sites, scripts }, tabs) {
  return [
    `Sotto ${version}`,
    `browser: ${browser}`,
    `language: ${language}`,
    `permissions: ${permissions.join(', ')}; sites ${sites}, scripts registered ${scripts}`,
    ...tabs.flatMap(tabOf),
  ].join('\n');
}
