/**
 * Page side: one number for a codec on both legs of who stands between, since frames that are passed
 * on keep theirs, and browsers number codecs as they like.
 */

const CODECS = ['opus', 'VP8'];

/** @param {string} sdp @param {string} codec */
const numberOf = (sdp, codec) => new RegExp(`^a=rtpmap:(\\d+) ${codec}/`, 'm').exec(sdp)?.[1];

/** @param {string} sdp @param {Record<string, string>} names */
const renamed = (sdp, names) =>
  sdp
    .replace(/^(m=(?:audio|video) \S+ \S+)(.*)$/gm, (_, head, list) => head + list.replace(/\d+/g, (/** @type {string} */ one) => names[one] ?? one))
    .replace(/^(a=(?:rtpmap|fmtp|rtcp-fb):)(\d+)/gm, (_, head, one) => head + (names[one] ?? one))
    .replace(/\bapt=(\d+)/g, (_, one) => `apt=${names[one] ?? one}`);

/** @param {string} sdp of one leg @param {string} [other] of the other */
export function withNumbersOf(sdp, other = '') {
  for (const codec of CODECS) {
    const [here, there] = [numberOf(sdp, codec), numberOf(other, codec)];
    if (here && there) sdp = renamed(sdp, { [here]: there, [there]: here });
  }
  return sdp;
}
