/**
 * Sites as match patterns: what is asked of the browser, what it has given, and
 * which of it the manifest's own scripts don't cover. Pure; the browser's part
 * is in permissions.js. Ports are left out, as Firefox knows none in a pattern.
 */

const SCHEMES = new Set(['http', 'https']);

/** @param {string} pattern @returns {{schemes: string[], host: string} | null} */
function parse(pattern) {
  if (pattern === '<all_urls>') return { schemes: [...SCHEMES], host: '*' };
  const [, scheme, host] = /^(\*|https?):\/\/([^/]+)\/\*$/.exec(pattern) ?? [];
  return host ? { schemes: scheme === '*' ? [...SCHEMES] : [scheme], host } : null;
}

/** @param {string} wide @param {string} host which may have a wildcard of its own */
function coversHost(wide, host) {
  if (!wide.startsWith('*')) return wide === host;
  const domain = wide.slice(2);
  return wide === '*' || host === domain || host.endsWith(`.${domain}`);
}

/** The pattern of a page's origin. @param {string} url @returns {string | null} */
export function patternOf(url) {
  const { protocol = '', hostname } = URL.parse(url) ?? {};
  return hostname && SCHEMES.has(protocol.slice(0, -1)) ? `${protocol}//${hostname}/*` : null;
}

/** Whether some of the patterns cover all of another. @param {string} pattern @param {string[]} by */
export function isCovered(pattern, by) {
  const wanted = parse(pattern);
  if (!wanted) return false;
  const wide = by.map(parse);
  return wanted.schemes.every((scheme) =>
    wide.some((one) => one?.schemes.includes(scheme) && coversHost(one.host, wanted.host)),
  );
}

/** Another pattern that covers all of one. @param {string} pattern @param {string[]} patterns */
export const widerThan = (pattern, patterns) =>
  patterns.find((other) => other !== pattern && isCovered(pattern, [other]));

/** What scripts have to be registered for. @param {string[]} granted @param {string[]} declared */
export function unscripted(granted, declared) {
  return granted.filter((pattern) => parse(pattern) && !isCovered(pattern, declared)).sort();
}

/** What a person reads: the site without scheme and path, or null for all of them. @param {string} pattern */
export function siteName(pattern) {
  const { host, schemes } = parse(pattern) ?? { host: pattern, schemes: [] };
  if (host === '*') return null;
  const name = host.startsWith('*.') ? host.slice(2) : host;
  return schemes.includes('https') ? name : `http://${name}`;
}
