/** What is to be done before Sotto can be turned on here: to let it into the site, or to reload. */
import { element, setShown, setText } from '../dom.js';
import { text } from '../texts.js';

const OFFERS = /** @type {const} */ (['no-permission', 'reload-needed']);

/** @param {{protect(): void, reload(): void}} acts each in a click, as the browser wants it */
export function prepareOffer({ protect, reload }) {
  OFFERS.forEach((offer, index) => {
    const button = element(offer);
    setText(button, text(`offer_${offer.replace('-', '_')}`));
    button.addEventListener('click', [protect, reload][index]);
  });
}

/** @param {Sotto.View} view */
export function showOffer({ reason }) {
  setShown(element('offer'), OFFERS.some((offer) => offer === reason));
  for (const offer of OFFERS) setShown(element(offer), offer === reason);
}
