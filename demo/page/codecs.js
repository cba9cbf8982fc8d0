/**
 * Which codecs a connection is to use: the wanted ones first, the others behind them, as the
 * other side may have none of the first.
 */

/** @typedef {{video: string | null, audio: string | null, layers: string | null}} Wishes */

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

/** The video codecs that this browser can send. */
export function videoCodecs() {
  const known = RTCRtpSender.getCapabilities('video')?.codecs ?? [];
  const names = known.map(({ mimeType }) => mimeType.slice('video/'.length));
  return [...new Set(names)].filter((name) => !/^(rtx|red|ulpfec|flexfec)/i.test(name));
}
