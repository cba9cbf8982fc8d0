/**
 * Page side: session descriptions in a form in which two runs can be compared.
 *
 * Random values become numbered names, so that what was equal stays equal; ports, addresses
 * and candidates go, as how many there are yet is a matter of time. A data section that the
 * page did not ask for goes, and one that it did ask for is put last, as it may have taken the
 * place of the former. What far sides do to such a section is here too.
 */

const RANDOM = new RegExp(
  [
    String.raw`(?<=^o=\S+ )\d+`,
    String.raw`(?<=^a=ice-(?:ufrag|pwd):)\S+`,
    String.raw`(?<=^a=fingerprint:\S+ )\S+`,
    String.raw`(?<=^a=ssrc(?:-group:\S+ .*|:))\b\d+`,
    String.raw`(?<=\bcname:)\S+`,
    String.raw`[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}`,
  ].join('|'),
  'g',
);

/** @param {string} sdp */
const split = (sdp) => sdp.split(/^(?=m=)/m);
/** @param {string} section */
const isData = (section) => section.startsWith('m=application ');
/** @param {string} section */
const midOf = (section) => /^a=mid:(\S+)/m.exec(section)?.[1] ?? '';

export class Comparable {
  constructor() {
    /** @type {Map<string, string>} */
    this.names = new Map();
  }

  /**
   * @param {string} sdp
   * @param {boolean} keepsData
   * @returns {string[]} the lines, each with the section it is in
   */
  lines(sdp, keepsData) {
    const [session, ...sections] = split(sdp);
    const data = keepsData ? sections.filter(isData) : [];
    const kept = [...sections.filter((section) => !isData(section)), ...data];
    const mids = kept.map(midOf);
    const dataIndex = kept.findIndex(isData);
    return [session, ...kept].flatMap((part, n) => {
      const where = n === 0 ? 'session' : `section ${n - 1}`;
      return part.trim().split('\r\n').flatMap((line) => this.line(line, mids, dataIndex)).map((line) => `${where}: ${line}`);
    });
  }

  /** @param {string} line @param {string[]} mids @param {number} data the index of the data section */
  line(line, mids, data) {
    if (/^a=(candidate|end-of-candidates)/.test(line)) return [];
    return line
      .replace(/^a=mid:(\S+)/, (_, mid) => `a=mid:${mids.indexOf(mid)}`)
      .replace(/^a=group:BUNDLE.*/, (group) => bundle(group, mids, data))
      .replace(/^(m=\w+) [1-9]\d*/, '$1 PORT')
      .replace(/^(c=IN|a=rtcp:).*/, '$1')
      .replace(RANDOM, (value) => this.name(value));
  }

  /** @param {string} value */
  name(value) {
    const name = this.names.get(value) ?? `<random ${this.names.size + 1}>`;
    this.names.set(value, name);
    return name;
  }
}

/** @param {string} group @param {string[]} mids @param {number} data */
function bundle(group, mids, data) {
  const members = group.split(' ').slice(1).map((mid) => mids.indexOf(mid));
  const known = members.filter((index) => index >= 0);
  return ['a=group:BUNDLE', ...known.toSorted((a, b) => Number(a === data) - Number(b === data))].join(' ');
}

/** A far side without data channels says no to their section (RFC 9429 section 5.3.1). @param {string} sdp */
export function withDataRejected(sdp) {
  return withoutData(sdp, (mid) => [
    `m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:${mid}\r\n`,
  ]);
}

/** A far side that builds its answer from the sections it knows. @param {string} sdp */
export function withDataLeftOut(sdp) {
  return withoutData(sdp, () => []);
}

/** @param {string} sdp */
export const hasData = (sdp) => split(sdp).some(isData);

/** @param {string} sdp @param {(mid: string) => string[]} instead */
function withoutData(sdp, instead) {
  const parts = split(sdp);
  const mids = parts.filter((part) => part.startsWith('m=') && !isData(part)).map(midOf);
  const group = /^a=group:BUNDLE.*$/m;
  const kept = parts.flatMap((part) => (isData(part) ? instead(midOf(part)) : [part]));
  return kept.join('').replace(group, (line) => line.split(' ').filter((mid, n) => n === 0 || mids.includes(mid)).join(' '));
}
