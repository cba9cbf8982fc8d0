/**
 * Isolated world: a small still picture of what is decoded of a receiver, for the popup to show
 * beside whose it is. The page's elements have no part in it, and nothing is put into the document.
 *
 * It is of a frame that came after the question: a jitter buffer holds what came before for as long
 * as page and SFU like, and Firefox shows a new element its last picture, which may be another's.
 */
class SottoStill {
  static WIDTH = 160;
  static HEIGHT = 90;
  static PATIENCE_MS = 3000;
  /** Being taken at a time. */
  static MOST = 4;
  static taking = 0;

  /** @param {MediaStreamTrack} track @returns {Promise<Sotto.Still | null>} none where no picture comes */
  static async of(track) {
    if (track.kind !== 'video' || SottoStill.taking >= SottoStill.MOST) return null;
    SottoStill.taking += 1;
    try {
      return await SottoStill.taken(track.clone());
    } catch {
      return null;
    } finally {
      SottoStill.taking -= 1;
    }
  }

  /** @param {MediaStreamTrack} track of our own, which the page can neither mute nor stop */
  static async taken(track) {
    track.enabled = true;
    const stream = new MediaStream();
    stream.addTrack(track);
    const video = document.createElement('video');
    video.muted = true;
    video.srcObject = stream;
    try {
      const still = SottoStill.next(video);
      video.play().catch(() => {});
      return await still;
    } finally {
      track.stop();
      video.srcObject = null;
    }
  }

  /** @param {HTMLVideoElement} video @returns {Promise<Sotto.Still | null>} */
  static next(video) {
    const asked = performance.now();
    return new Promise((resolve, reject) => {
      setTimeout(() => resolve(null), SottoStill.PATIENCE_MS);
      /** @param {number} _ @param {VideoFrameCallbackMetadata} frame */
      const handleFrame = (_, { receiveTime }) => {
        if (!(Number(receiveTime) > asked)) return video.requestVideoFrameCallback(handleFrame);
        try {
          resolve(SottoStill.drawn(video));
        } catch (error) {
          reject(error);
        }
      };
      video.requestVideoFrameCallback(handleFrame);
    });
  }

  /** @param {HTMLVideoElement} video @returns {Sotto.Still | null} */
  static drawn(video) {
    const { width, height } = SottoStill.fitted(video.videoWidth, video.videoHeight);
    const pen = new OffscreenCanvas(width, height).getContext('2d');
    if (!pen) return null;
    pen.imageSmoothingQuality = 'high';
    pen.drawImage(video, 0, 0, width, height);
    const pixels = sottoPlatform.bytesOf(pen.getImageData(0, 0, width, height).data.buffer);
    return pixels && { width, height, pixels };
  }

  /** @param {number} width @param {number} height */
  static fitted(width, height) {
    const scale = Math.min(SottoStill.WIDTH / width, SottoStill.HEIGHT / height, 1);
    const side = (/** @type {number} */ length) => Math.max(1, Math.round(length * scale));
    return { width: side(width), height: side(height) };
  }
}
