/** What is to be done before Sotto can be turned on here: to let it into the site, or to reload. */
import { element, setShown, setText } from '../dom.js';
import { framesMissing } from '../tab.js';
import { text } from '../texts.js';

const OFFERS = /** @type {const} */ (['no-permission', 'reload-needed']);

/** @param {{protect(): void, reload(): void}} acts each in a click, as the browser wants it */
export function prepareOffer({ protect, reload }) {
  OFFERS.forEach((offer, index) => element(offer).addEventListener('click', [protect, reload][index]));
}

/** @param {Sotto.View} view @param {import('../tab.js').Tab} tab */
export function showOffer({ reason }, tab) {
  const frames = framesMissing(tab);
  setText(element('no-permission'), frames ? text('offer_no_permission_frame', frames) : text('offer_no_permission'));
  setText(element('reload-needed'), text('offer_reload_needed'));
  setShown(element('offer'), OFFERS.some((offer) => offer === reason));
  for (const offer of OFFERS) setShown(element(offer), offer === reason);
}
