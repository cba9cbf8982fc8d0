/**
 * A data channel of the kind that an SFU could relay, announced as a page's own are, on a page's
 * connection: what would become of it if Sotto added one. Page side, and Sotto is off.
 */

/** @typedef {import('playwright-core').Page} Page */

/** How each of Sotto's packets begins. */
export const BYTES = 'SOTO';

/** Runs before the page's scripts: the first offer gets a channel. */
export const ADD_TO_OFFER = `(${addToOffer})()`;

function addToOffer() {
  const { createOffer } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.createOffer = /** @type {any} */ (/** @this {RTCPeerConnection} @param {unknown[]} options */
    function (...options) {
      /** @type {any} */ (window).added ??= this.createDataChannel('added');
      return Reflect.apply(createOffer, this, options);
    });
}

/** Once it is open. @param {Page} page */
export const sendOver = (page) => page.evaluate((text) => {
  const { added } = /** @type {any} */ (window);
  if (added?.readyState === 'open') added.send(new TextEncoder().encode(text));
}, BYTES);

/** What the page itself is given by its library, of anybody. @param {Page} page */
export const listenInJanusPage = (page) => page.evaluate(() => {
  const world = /** @type {any} */ (window);
  world.given = [];
  for (const feed of world.feeds.filter(Boolean)) {
    feed.ondata = async (/** @type {BodyInit} */ data) => world.given.push(await new Response(data).text());
  }
});

/** @param {Page} page @returns {Promise<string[]>} */
export const givenTo = (page) => page.evaluate(() => /** @type {any} */ (window).given);

/** To the connection of str0m's page, which has a channel of its own already; and what comes over it. @param {Page} page */
export const addInStr0mPage = (page) => page.evaluate(`new Promise((resolve) => {
  window.given = [];
  const added = rtc.createDataChannel('added');
  added.onmessage = ({ data }) => window.given.push(data);
  added.onopen = resolve;
})`);
