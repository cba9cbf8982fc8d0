/**
 * Whether a page has our relay. One that was open before Sotto could come in has none; one whose
 * permission was withdrawn keeps the one that it had. Frames of other sites don't speak for it.
 * @param {number} tab
 */
export async function hasRelay(tab) {
  try {
    await chrome.tabs.sendMessage(tab, { kind: 'probe' }, { frameId: 0 });
    return true;
  } catch (error) {
    return !String(error).includes('Receiving end does not exist');
  }
}
