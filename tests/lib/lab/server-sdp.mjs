/** Page side: descriptions as a server writes and reads them that forwards media and nothing else. */

/** @typedef {import('./negotiator.mjs').Signal} Signal */

/** @param {Signal} signal @param {(sdp: string) => string} change @returns {Signal} */
export const described = ({ description, ...rest }, change) =>
  description ? { ...rest, description: { ...description, sdp: change(description.sdp ?? '') } } : rest;

/** @param {string} sdp */
export const asServers = (sdp) => sdp.replace(/^o=.*$/m, 'o=- 1 1 IN IP4 192.0.2.1');

/** An offer as if it had none for data. @param {string} sdp */
export function withoutData(sdp) {
  const section = /^m=application [\s\S]*$/m.exec(sdp)?.[0] ?? '';
  const mid = /^a=mid:(\S+)/m.exec(section)?.[1];
  return sdp
    .replace(/^m=application \d+/m, 'm=application 0')
    .replace(/^a=group:BUNDLE.*$/m, (group) => group.split(' ').filter((one) => one !== mid).join(' '));
}
