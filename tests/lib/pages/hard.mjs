/**
 * The pages that make it hard: what each serves, in which frame the call is, and whether it
 * works there or is refused, with a part of the words that say so. docs/pages.md has this table.
 */

/**
 * @typedef {{name: string, headers?: Record<string, string>, html?: string, inFrame?: boolean,
 *   isolated?: boolean, words?: RegExp, noWorker?: boolean, stops?: boolean}} HardPage
 *   `noWorker`: no blob may be one; `stops`: none can even be tried, and streams stop for good in Firefox
 */

/** @param {string} policy @returns {HardPage} */
const csp = (policy) => ({ name: `CSP ${policy}`, headers: { 'content-security-policy': policy } });

/** @param {string} policy that keeps the pump out of a worker @returns {HardPage} */
const noWorker = (policy) => ({ ...csp(policy), noWorker: true });

/** @param {string} embedder @returns {HardPage} */
const isolated = (embedder) => ({
  name: `COEP ${embedder} with COOP`,
  headers: { 'cross-origin-embedder-policy': embedder, 'cross-origin-opener-policy': 'same-origin' },
  isolated: true,
});

/** @param {string} name @param {string} element @returns {HardPage} */
const framed = (name, element) => ({ name, html: `<!doctype html><html lang="en"><title>A page</title><body>${element}</body></html>`, inFrame: true });

/** Firefox has no encoded streams on the page's thread, to which the pump could be moved. */
export const PUMP_KEPT_OUT = /security policy keeps Sotto's frame pump out/;
const SANDBOX = /sandbox that Sotto's core can't enter/;

/** @param {string} otherOrigin @returns {HardPage[]} */
export const hardPages = (otherOrigin) => [
  { name: 'plain' },
  noWorker("worker-src 'self'"),
  noWorker("worker-src 'none'"),
  noWorker("script-src 'self' 'nonce-r4nd0m'"),
  noWorker("default-src 'none'"),
  csp("script-src 'nonce-r4nd0m' 'strict-dynamic'; object-src 'none'; base-uri 'none'"),
  csp("connect-src 'none'"),
  csp("frame-src 'none'"),
  noWorker("child-src 'none'"),
  csp("frame-ancestors 'none'"),
  { ...noWorker("require-trusted-types-for 'script'; trusted-types 'none'"), stops: true },
  { ...noWorker("require-trusted-types-for 'script'; worker-src 'none'"), stops: true },
  csp('sandbox allow-scripts allow-same-origin'),
  { ...csp('sandbox allow-scripts'), words: SANDBOX },
  isolated('require-corp'),
  isolated('credentialless'),
  framed('iframe, same origin', '<iframe src="/plain"></iframe>'),
  framed('iframe, another site', `<iframe src="${otherOrigin}/plain"></iframe>`),
  framed('iframe, srcdoc', '<iframe srcdoc="<p>A frame</p>"></iframe>'),
  framed('iframe, about:blank', '<iframe></iframe>'),
  framed('iframe, data:', '<iframe src="data:text/html,<p>A frame</p>"></iframe>'),
  framed(
    'iframe, blob:',
    `<script>
      const frame = document.createElement('iframe');
      frame.src = URL.createObjectURL(new Blob(['<p>A frame</p>'], { type: 'text/html' }));
      document.body.append(frame);
    </script>`,
  ),
  framed('iframe, sandbox allow-scripts allow-same-origin', '<iframe sandbox="allow-scripts allow-same-origin" src="/plain"></iframe>'),
  { ...framed('iframe, sandbox allow-scripts', '<iframe sandbox="allow-scripts" src="/plain"></iframe>'), words: SANDBOX },
];

/** The frame of the call: the only one whose document isn't the extension's. @param {import('playwright-core').Page} page */
export async function childFrame(page) {
  for (;;) {
    const ours = (/** @type {import('playwright-core').Frame} */ frame) => /^(chrome|moz)-extension:/.test(frame.url());
    const frame = page.mainFrame().childFrames().find((child) => !ours(child));
    if (frame) {
      await frame.waitForLoadState('load');
      return frame;
    }
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
}
