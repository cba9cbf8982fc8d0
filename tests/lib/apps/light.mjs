/**
 * What the pages of others are asked for, before their own scripts run, as the demo's page can be:
 * sound in few packets and as it is, which halves what a call costs the machine.
 */

export const LIGHT = `{
  const { setRemoteDescription } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp = '' }, ...callbacks) {
    const light = sdp.replace(/(m=audio [^]*?)(?=m=|$)/g, '$1a=ptime:120\\r\\n');
    return setRemoteDescription.call(this, { type, sdp: light }, ...callbacks);
  };
  const { getUserMedia } = MediaDevices.prototype;
  const AS_IT_IS = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  MediaDevices.prototype.getUserMedia = function (wanted) {
    return getUserMedia.call(this, { ...wanted, audio: wanted?.audio && AS_IT_IS });
  };
}`;
