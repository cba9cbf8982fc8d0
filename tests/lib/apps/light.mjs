/**
 * What the pages of others are asked for, before their own scripts run, as the demo's page is by
 * its address: sound in few packets and as it is.
 */

import { withPacketTime } from '../../../demo/page/codecs.js';
import { LIGHT as WISHES } from '../call.mjs';

export const LIGHT = `{
  const wishes = ${JSON.stringify(WISHES)};
  const withPacketTime = ${withPacketTime};
  const { setRemoteDescription } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.setRemoteDescription = function (description, ...callbacks) {
    return setRemoteDescription.call(this, withPacketTime(description, wishes), ...callbacks);
  };
  const { getUserMedia } = MediaDevices.prototype;
  const AS_IT_IS = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  MediaDevices.prototype.getUserMedia = function (wanted) {
    return getUserMedia.call(this, { ...wanted, audio: wanted?.audio && AS_IT_IS });
  };
}`;
