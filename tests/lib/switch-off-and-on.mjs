/** Sotto as its person switches it off, and on again, in Chromium's own settings: its pages are closed. */

import { scriptsAreThere } from './permission.mjs';

/** @param {import('./browser.mjs').Browser} browser */
export async function switchOffAndOn({ context, extension }) {
  const id = String(extension).split('/')[2];
  const page = await context.newPage();
  await page.goto('chrome://extensions');
  await page.evaluate(async (which) => {
    const { management } = /** @type {any} */ (chrome);
    for (const isOn of [false, true]) await management.setEnabled(which, isOn);
  }, id);
  await page.close();
  await scriptsAreThere(context, id);
}
