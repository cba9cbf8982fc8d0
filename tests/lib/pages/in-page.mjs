/**
 * Page side: what a page of the tests does of a call. The functions run in the page's realm, are
 * handed there as text and refer to nothing outside themselves; signalling is the test's, so
 * that no policy of the page stands in its way.
 */

/**
 * Makes `window.call`: connections by name, each with a moving card of one colour to send and a
 * video for what comes.
 * @param {{colour: [number, number, number]}} looks
 */
export function prepareCall({ colour }) {
  const canvas = document.createElement('canvas');
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  [canvas.width, canvas.height] = [160, 120];
  let step = 0;
  const paint = () => {
    pen.fillStyle = `rgb(${colour})`;
    pen.fillRect(0, 0, 160, 120);
    pen.fillStyle = 'white';
    pen.fillRect((step += 8) % 160, 0, 6, 10);
  };
  paint();
  setInterval(paint, 60);
  const stream = canvas.captureStream(15);
  /**
   * Firefox counts no frames of a video that is in no document: there, how often its picture changed.
   * @param {HTMLVideoElement} video @returns {() => number}
   */
  const counterOf = (video) => {
    if (!('mozPaintedFrames' in video)) return () => video.getVideoPlaybackQuality().totalVideoFrames;
    const strip = document.createElement('canvas');
    [strip.width, strip.height] = [80, 1];
    const stripPen = /** @type {CanvasRenderingContext2D} */ (strip.getContext('2d', { willReadFrequently: true }));
    let [frames, last] = [0, ''];
    setInterval(() => {
      if (!video.videoWidth) return;
      stripPen.drawImage(video, 0, 0, video.videoWidth, video.videoHeight / 15, 0, 0, 80, 1);
      const now = stripPen.getImageData(0, 0, 80, 1).data.join();
      if (now !== last) frames += 1;
      last = now;
    }, 30);
    return () => frames;
  };
  /** @type {Map<string, {peer: RTCPeerConnection, video: HTMLVideoElement, frames: () => number}>} */
  const connections = new Map();
  /** @param {string} name */
  const at = (name) => /** @type {{peer: RTCPeerConnection, video: HTMLVideoElement, frames: () => number}} */ (connections.get(name));
  /** @param {RTCPeerConnection} peer */
  const described = async (peer) => {
    await peer.setLocalDescription();
    while (peer.iceGatheringState !== 'complete') await new Promise((resolve) => { setTimeout(resolve, 20); });
    const { type, sdp } = /** @type {RTCSessionDescription} */ (peer.localDescription);
    return { type, sdp };
  };
  /** @type {any} */ (window).call = {
    stream,
    connections,
    at,
    described,
    /** @param {string} name @param {RTCConfiguration} [configuration] @param {typeof RTCPeerConnection} [Peer] */
    open(name, configuration, Peer = RTCPeerConnection) {
      const peer = new Peer(configuration);
      const video = document.createElement('video');
      video.muted = true;
      connections.set(name, { peer, video, frames: counterOf(video) });
      peer.addEventListener('track', ({ track }) => {
        video.srcObject = new MediaStream([track]);
        video.play().catch(() => {});
      });
      peer.addTrack(stream.getVideoTracks()[0], stream);
      return peer;
    },
    /** @param {string} name */
    offer: (name) => described(at(name).peer),
    /** @param {string} name @param {RTCSessionDescriptionInit} offer */
    async answer(name, offer) {
      await at(name).peer.setRemoteDescription(offer);
      return described(at(name).peer);
    },
    /** @param {string} name @param {RTCSessionDescriptionInit} answer */
    accept: (name, answer) => at(name).peer.setRemoteDescription(answer),
    /** @param {string} name */
    picture(name) {
      const { video, frames } = at(name);
      if (!video.videoWidth) return { colour: [0, 0, 0], frames: 0 };
      const copy = document.createElement('canvas');
      const copyPen = /** @type {CanvasRenderingContext2D} */ (copy.getContext('2d'));
      [copy.width, copy.height] = [16, 12];
      copyPen.drawImage(video, 0, 0, 16, 12);
      const { data } = copyPen.getImageData(0, 3, 16, 9);
      const mean = [0, 1, 2].map((part) => {
        let sum = 0;
        for (let n = part; n < data.length; n += 4) sum += data[n];
        return Math.round(sum / (data.length / 4));
      });
      return { colour: mean, frames: frames() };
    },
    /** What left and what came, in bytes of media. @param {string} name */
    async traffic(name) {
      const sum = { state: at(name).peer.connectionState, sent: 0, received: 0 };
      for (const report of (await at(name).peer.getStats()).values()) {
        if (report.type === 'outbound-rtp') sum.sent += report.bytesSent;
        if (report.type === 'inbound-rtp') sum.received += report.bytesReceived;
      }
      return sum;
    },
    /** @param {string} name */
    close(name) {
      at(name).peer.close();
      connections.delete(name);
    },
  };
}
