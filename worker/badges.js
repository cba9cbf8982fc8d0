/** What the toolbar's button shows for each state: on its badge, and in words of `_locales` in its title. */

/** @type {Record<Sotto.State, {text: string, color: string, words: string}>} */
export const badges = {
  off: { text: '', color: '#5f6368', words: 'state_off' },
  alone: { text: 'on', color: '#5f6368', words: 'state_alone' },
  joining: { text: '\u2026', color: '#1a5fb4', words: 'state_joining' },
  encrypted: { text: '\u2713', color: '#1b6e3c', words: 'state_encrypted_one' },
  trouble: { text: '!', color: '#b3261e', words: 'state_trouble' },
  unsupported: { text: '\u00d7', color: '#5f6368', words: 'state_unsupported' },
};
