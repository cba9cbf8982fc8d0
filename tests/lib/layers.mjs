/**
 * Simulcast between two people, and what a page sends. The scripts run in the page before the
 * page's own.
 */

/** @typedef {import('./participant.mjs').Participant} Participant */

/** Keeps what the page's last look at its statistics showed. */
export const REPORTS = `{
  const { getStats } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.getStats = async function (...args) {
    const reports = await getStats.apply(this, args);
    window.reports = [...reports.values()];
    return reports;
  };
}`;

/**
 * Asks for two layers in the manner of old, by a group of SSRCs: it needs no consent of the
 * other side, which plays one of them.
 */
export const SIMULCAST = `${REPORTS} {
  const LAYERS = 2;
  const { setLocalDescription } = RTCPeerConnection.prototype;
  const layered = (section) => {
    const [, first, cname] = /^a=ssrc:(\\d+) cname:(\\S+)/m.exec(section) ?? [];
    if (!section.startsWith('m=video') || !first) return section;
    const rest = section.split('\\r\\n').filter((line) => line && !line.startsWith('a=ssrc')).join('\\r\\n');
    const ssrcs = Array.from({ length: LAYERS }, (_, layer) => Number(first) + layer);
    const lines = ssrcs.map((ssrc) => \`a=ssrc:\${ssrc} cname:\${cname}\\r\\n\`);
    return \`\${rest}\\r\\na=ssrc-group:SIM \${ssrcs.join(' ')}\\r\\n\${lines.join('')}\`;
  };
  RTCPeerConnection.prototype.setLocalDescription = async function () {
    const { type, sdp } = this.signalingState === 'stable' ? await this.createOffer() : await this.createAnswer();
    return setLocalDescription.call(this, { type, sdp: sdp.split(/(?=^m=)/m).map(layered).join('') });
  };
}`;

/**
 * The streams of pictures that somebody sends.
 * @param {Participant} participant
 * @returns {Promise<{frames: number, mode: string}[]>}
 */
export function picturesSent({ page }) {
  return page.evaluate(() => {
    const reports = /** @type {any[]} */ (/** @type {any} */ (window).reports ?? []);
    const sent = reports.filter(({ type, kind }) => type === 'outbound-rtp' && kind === 'video');
    return sent.map(({ framesSent, scalabilityMode }) => ({ frames: framesSent, mode: scalabilityMode }));
  });
}
