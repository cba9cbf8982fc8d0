/**
 * The text of a bug report. It is composed from what is named here and from nothing else: no
 * address, name, safety number, member, key or id can come in by a field that is added later.
 */

/** @typedef {{version: string, browser: string, language: string, permissions: string[], sites: number, scripts: number}} Facts */

/** @param {Sotto.StreamView} stream */
const streamOf = ({ direction, media, role, protection, reason }) =>
  `${direction} ${role ?? media}: ${protection}${reason ? ` (${reason})` : ''}`;

/** @param {Sotto.View} view @param {number} index */
function callOf({ state, reason, members, others, streams, problems, stats }, index) {
  const { sealed, opened, failed, unsealed, dropped, overheadBytesPerFrame, joinMs } = stats;
  return [
    `call ${index + 1}: ${state} (${reason}), members ${members.length}, others ${others}`,
    `  frames: sealed ${sealed}, opened ${opened}, failed ${failed}, unsealed ${unsealed}, dropped ${dropped}`,
    `  overhead ${overheadBytesPerFrame?.toFixed(1) ?? '-'} B, join ${joinMs ?? '-'} ms`,
    ...problems.map(({ code, count }) => `  problem: ${code}${count === null ? '' : ` x${count}`}`),
    ...streams.map((stream) => `  ${streamOf(stream)}`),
  ];
}

/** @param {Facts} facts @param {Sotto.View[]} calls */
export function reportOf({ version, browser, language, permissions, sites, scripts }, calls) {
  return [
    `Sotto ${version}`,
    `browser: ${browser}`,
    `language: ${language}`,
    `permissions: ${permissions.join(', ')}; sites ${sites}, scripts registered ${scripts}`,
    ...calls.flatMap(callOf),
  ].join('\n');
}
