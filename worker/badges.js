/** What the toolbar badge shows for each state. */

/** @type {Record<Sotto.State, {text: string, color: string}>} */
export const badges = {
  off: { text: '', color: '#5f6368' },
  alone: { text: 'on', color: '#5f6368' },
  joining: { text: '\u2026', color: '#1a5fb4' },
  encrypted: { text: '\u2713', color: '#1b6e3c' },
  trouble: { text: '!', color: '#b3261e' },
  unsupported: { text: '\u00d7', color: '#5f6368' },
};
