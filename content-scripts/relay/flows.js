/**
 * Isolated world: what a connection says that flows on each of its streams, in
 * the numbers that the core compares with the frames that came to it. Where no
 * core is, nothing comes to it, so what flows on and on goes past it.
 *
 * In Chromium `framesSent`, `packetsReceived` and the like move though the
 * transform drops every frame; these here don't.
 */
class SottoFlows {
  /** What was on its way when the core went away is through before so many looks saw it flow. */
  static LOOKS = 3;

  /** @param {RTCPeerConnection} peer @param {(end: RTCRtpSender | RTCRtpReceiver) => number | null} streamOf */
  constructor(peer, streamOf) {
    this.peer = peer;
    this.streamOf = streamOf;
    this.reading = false;
    /** @type {Map<number, {passed: number, looks: number}>} what flows while no core is there */
    this.alone = new Map();
  }

  /** A core is there. */
  reset() {
    this.alone.clear();
  }

  /** @returns {Promise<number[]>} streams that flowed between all of the last looks */
  async persistent() {
    const flows = await this.read();
    return flows.filter((flow) => this.count(flow) > SottoFlows.LOOKS).map(([stream]) => stream);
  }

  /** @param {Sotto.Flow} flow @returns {number} looks in a row since which it flows */
  count([stream, , passed]) {
    const last = this.alone.get(stream);
    const looks = last && passed > last.passed ? last.looks + 1 : 1;
    this.alone.set(stream, { passed, looks });
    return looks;
  }

  /** @returns {Promise<Sotto.Flow[]>} none while the last question waits for its answer */
  async read() {
    if (this.reading) return [];
    this.reading = true;
    try {
      return this.sums(await this.peer.getStats());
    } finally {
      this.reading = false;
    }
  }

  /** @param {RTCStatsReport} report */
  sums(report) {
    const ends = this.ends();
    /** @type {Map<number, number[]>} */
    const sums = new Map();
    for (const entry of sottoPlatform.entriesOf(report)) {
      const stream = ends.get(`${entry.type} ${entry.mid}`);
      if (stream === undefined) continue;
      const sum = sums.get(stream) ?? [0, 0, 0, 0];
      sums.set(stream, SottoFlows.figures(entry).map((figure, n) => figure + sum[n]));
    }
    return Array.from(sums, ([stream, figures]) => /** @type {Sotto.Flow} */ ([stream, ...figures]));
  }

  ends() {
    /** @type {Map<string, number>} */
    const ends = new Map();
    for (const { mid, sender, receiver } of this.peer.getTransceivers()) {
      for (const [type, end] of /** @type {const} */ ([['outbound-rtp', sender], ['inbound-rtp', receiver]])) {
        const stream = this.streamOf(end);
        if (mid !== null && stream !== null) ends.set(`${type} ${mid}`, stream);
      }
    }
    return ends;
  }

  /**
   * Frames made or packets come, what passed of them, its bytes, and the milliseconds it waited.
   * @param {any} entry
   */
  static figures(entry) {
    if (entry.type === 'outbound-rtp') return SottoFlows.sent(entry);
    const packets = entry.packetsReceived ?? 0;
    if (entry.kind === 'video') return [packets, entry.framesReceived ?? 0, 0, 0];
    return [packets, entry.jitterBufferEmittedCount ?? 0, 0, (entry.jitterBufferDelay ?? 0) * 1000];
  }

  /** @param {any} entry */
  static sent({ kind, framesEncoded, packetsSent, bytesSent, retransmittedPacketsSent, retransmittedBytesSent }) {
    const packets = (packetsSent ?? 0) - (retransmittedPacketsSent ?? 0);
    const bytes = (bytesSent ?? 0) - (retransmittedBytesSent ?? 0);
    return [kind === 'video' ? (framesEncoded ?? 0) : packets, packets, bytes, 0];
  }
}
