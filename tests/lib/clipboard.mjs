/** What a button of the extension copies, as the clipboard has it. */
import { eventually } from './expect.mjs';

/** What isn't granted here again is taken away: the devices too. */
const GRANTED = ['clipboard-read', 'clipboard-write', 'camera', 'microphone'];

/**
 * The clipboard is filled in the browser's own time after the click, so that it is emptied before.
 * @param {any} page @param {any} button
 */
export async function copiedBy(page, button) {
  await page.context().grantPermissions(GRANTED);
  await page.bringToFront();
  await page.evaluate(() => navigator.clipboard.writeText(''));
  await button.click();
  return eventually(() => page.evaluate(() => navigator.clipboard.readText()), (text) => text !== '', 'it is copied');
}
