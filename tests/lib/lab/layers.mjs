/**
 * Page side: receives all layers of a simulcast sender, each as a picture of its own, as an SFU
 * does. Browsers refuse to receive simulcast. But a layer's id (RFC 8852) and a section's (RFC
 * 9143) have one form in RTP, so what is offered as one section with layers is read as a section
 * for each, that has the layer's id for its own, and the answer is put together again.
 */

/** @typedef {import('./negotiator.mjs').Signal} Signal */

const MID = 'urn:ietf:params:rtp-hdrext:sdes:mid';
const RID = 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id';
const OF_LAYERS = /^a=(mid:|rid:|simulcast:|msid:|ssrc|extmap:\d+(\/\w+)? urn:ietf:params:rtp-hdrext:sdes:)/;

/** @param {string} sdp the session's part and each section */
const sections = (sdp) => sdp.split(/^(?=m=)/m);

/** @param {string} section @param {string[]} lines instead of those that tell its layers */
const withLines = (section, lines) =>
  [...section.split('\r\n').filter((line) => line && !OF_LAYERS.test(line)), ...lines, ''].join('\r\n');

/** @param {string} section @param {string} uri */
const extension = (section, uri) => new RegExp(`^a=extmap:(\\d+)(/\\w+)? ${uri}\\s*$`, 'm').exec(section)?.[1];

/** @param {string} section */
const idOf = (section) => /^a=mid:(\S+)/m.exec(section)?.[1] ?? '';

export class Layers {
  /** @type {string[]} */ rids = [];
  mid = '';
  /** @type {string | undefined} */ midExtension = '';
  /** @type {string | undefined} */ ridExtension = '';

  /** @param {Signal} signal from the sender @returns {Signal} */
  incoming({ description, candidate }) {
    // All sections share one way.
    if (candidate) return { candidate: { ...candidate, sdpMid: this.rids[0] } };
    return { description: { type: 'offer', ...description, sdp: this.split(description?.sdp ?? '') } };
  }

  /** @param {Signal} signal to the sender @returns {Signal} */
  outgoing({ description, candidate }) {
    if (candidate) return { candidate: { ...candidate, sdpMid: this.mid } };
    return { description: { type: 'answer', ...description, sdp: this.join(description?.sdp ?? '') } };
  }

  /** @param {string} offer */
  split(offer) {
    const [session, layered, ...rest] = sections(offer);
    this.rids = [...layered.matchAll(/^a=rid:(\S+) send/gm)].map(([, rid]) => rid);
    this.mid = idOf(layered);
    this.midExtension = extension(layered, MID);
    this.ridExtension = extension(layered, RID);
    const each = this.rids.map((rid) => withLines(layered, [`a=mid:${rid}`, `a=extmap:${this.ridExtension} ${MID}`, `a=msid:${rid} ${rid}`]));
    return this.bundled(session, [...this.rids, ...rest.map(idOf)]) + [...each, ...rest].join('');
  }

  /** @param {string} answer */
  join(answer) {
    const [session, first, ...rest] = sections(answer);
    const others = rest.slice(this.rids.length - 1);
    const layers = this.rids.map((rid) => `a=rid:${rid} recv`);
    const extensions = [`a=extmap:${this.midExtension} ${MID}`, `a=extmap:${this.ridExtension} ${RID}`];
    const joined = withLines(first, [`a=mid:${this.mid}`, ...extensions, ...layers, `a=simulcast:recv ${this.rids.join(';')}`]);
    return this.bundled(session, [this.mid, ...others.map(idOf)]) + [joined, ...others].join('');
  }

  /** @param {string} session @param {string[]} mids */
  bundled(session, mids) {
    return session.replace(/^a=group:BUNDLE.*$/m, `a=group:BUNDLE ${mids.join(' ')}`);
  }
}
