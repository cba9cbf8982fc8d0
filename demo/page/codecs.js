/**
 * Which codecs a connection is to use: the wanted ones first, the others behind them, as the
 * other side may have none of the first.
 */

/** @typedef {{video: string | null, audio: string | null, layers: string | null,
 *   ptime: string | null}} Wishes */

/** @param {RTCPeerConnection} connection @param {Wishes} wishes */
export function preferCodecs(connection, { video, audio }) {
  for (const transceiver of connection.getTransceivers()) {
    const isVideo = transceiver.receiver.track.kind === 'video';
    prefer(transceiver, isVideo ? `video/${video}` : `audio/${audio}`);
  }
}

/** @param {RTCRtpTransceiver} transceiver @param {string} mime */
function prefer(transceiver, mime) {
  const known = RTCRtpReceiver.getCapabilities(transceiver.receiver.track.kind)?.codecs ?? [];
  const first = known.filter(({ mimeType }) => mimeType.toLowerCase() === mime.toLowerCase());
  const rest = known.filter((codec) => !first.includes(codec));
  if (first.length) transceiver.setCodecPreferences([...first, ...rest]);
}

/**
 * Asks for spatial and temporal layers, by the name of their mode in W3C's webrtc-svc.
 * @param {RTCPeerConnection} connection @param {string | null} mode
 */
export async function useLayers(connection, mode) {
  if (!mode) return;
  for (const sender of connection.getSenders().filter(({ track }) => track?.kind === 'video')) {
    const parameters = sender.getParameters();
    for (const encoding of parameters.encodings) Object.assign(encoding, { scalabilityMode: mode });
    await sender.setParameters(parameters);
  }
}

/**
 * Asks this side's own encoder for packets of so many milliseconds of sound, which is the wish of
 * the other side's description (RFC 8866, section 6.4).
 * @param {RTCSessionDescriptionInit} description @param {Wishes} wishes
 * @returns {RTCSessionDescriptionInit}
 */
export function withPacketTime({ type, sdp = '' }, { ptime }) {
  if (!ptime) return { type, sdp };
  return { type, sdp: sdp.replace(/(m=audio [^]*?)(?=m=|$)/g, `$1a=ptime:${ptime}\r\n`) };
}

/** The video codecs that this browser can send. */
export function videoCodecs() {
  const known = RTCRtpSender.getCapabilities('video')?.codecs ?? [];
  const names = known.map(({ mimeType }) => mimeType.slice('video/'.length));
  return [...new Set(names)].filter((name) => !/^(rtx|red|ulpfec|flexfec)/i.test(name));
}
