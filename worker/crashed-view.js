/** What a popup shows when there is no core left to ask. */

/** @param {boolean} on @returns {Sotto.View} */
export const crashedView = (on) => ({
  state: 'trouble',
  reason: 'core-crashed',
  lapse: null,
  on,
  safetyNumber: null,
  epoch: null,
  members: [],
  streams: [],
  problems: [{ code: 'core-crashed', count: null, detail: null, stream: null }],
  others: 0,
  stats: {
    sealed: 0,
    opened: 0,
    failed: 0,
    unsealed: 0,
    dropped: 0,
    overheadBytesPerFrame: null,
    sealUsP50: null,
    openUsP50: null,
    joinMs: null,
  },
});
