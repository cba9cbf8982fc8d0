/**
 * Isolated world: what a connection says that flows on each of its streams, in
 * the numbers that the core compares with the frames that came to it. Where no
 * core is, nothing comes to it, so what flows on and on goes past it.
 *
 * In Chromium `framesSent`, `packetsReceived` and the like move though the
 * transform drops every frame; these here don't.
 *
 * @typedef {{stream: number, passed: number, waited: number, looks: number, more: number}} Look
 * `looks`: in how many in a row it flowed; so many, and `more`, prove that it goes past its transform
 */
class SottoFlows {
  /** What was with the packetizer or decoder when the core went away is through before so many looks saw it flow. */
  static LOOKS = 3;
  /** And what was with a pacer, which holds nothing back for more than 2 s. */
  static MORE_LOOKS = 10;
  /** A jitter buffer holds sound for 4 s at most. */
  static MOST_LOOKS = 40;

  /** @param {RTCPeerConnection} peer @param {(end: RTCRtpSender | RTCRtpReceiver) => number | null} streamOf */
  constructor(peer, streamOf) {
    this.peer = peer;
    this.streamOf = streamOf;
    this.reading = false;
    /** @type {Map<number, Look>} what flows while no core is there */
    this.alone = new Map();
  }

  /** A core is there. */
  reset() {
    this.alone.clear();
  }

  /**
   * Streams that flow while no core is there: those that may go past their transform, once, and
   * those that do.
   * @returns {Promise<{suspect: number[], sure: number[]}>}
   */
  async persistent() {
    const senders = new Set(this.peer.getSenders().map(this.streamOf));
    const looks = (await this.read()).map((flow) => this.count(flow, senders.has(flow[0])));
    const { LOOKS } = SottoFlows;
    const suspect = looks.filter(({ looks }) => looks === LOOKS);
    const sure = looks.filter(({ looks, more }) => looks > LOOKS + more);
    return { suspect: suspect.map(({ stream }) => stream), sure: sure.map(({ stream }) => stream) };
  }

  /** @param {Sotto.Flow} flow @param {boolean} sent @returns {Look} */
  count([stream, , samples, bytes, waited], sent) {
    // Padding makes packets, and adds nothing to their bytes.
    const passed = sent ? bytes : samples;
    const last = this.alone.get(stream) ?? { passed: Infinity, waited, looks: 0, more: SottoFlows.MORE_LOOKS };
    const flows = passed > last.passed;
    // Sound waits to be played for as long as the page would have it, twice the mean at most.
    const mean = flows ? (waited - last.waited) / (passed - last.passed) : 0;
    const waits = Math.ceil((2 * mean) / SottoLookout.INTERVAL_MS);
    const more = Math.min(Math.max(last.more, waits), SottoFlows.MOST_LOOKS);
    const look = { stream, passed, waited, more, looks: flows ? last.looks + 1 : 0 };
    this.alone.set(stream, look);
    return look;
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
