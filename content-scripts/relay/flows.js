/**
 * Isolated world: what a connection says that flows on each of its streams, in
 * the numbers that the core compares with the frames that came to it. Where no
 * core is, they are held against the frames that came to the pump, which drops
 * them all: what is made and flows while none comes goes past it. And whatever
 * comes to it, nothing flows on and on.
 *
 * In Chromium `framesSent`, `packetsReceived` and the like move though the
 * transform drops every frame; these here don't.
 *
 * @typedef {{stream: number, made: number, passed: number, waited: number, came: number | null, past: number, isPast: boolean, looks: number, more: number, again: number}} Look
 * `came`: to the pump, null if it didn't say; `past`: in how many it was made and flowed since a frame
 * came, `isPast` this among them; `looks`: in how many in a row it flowed; so many, and `more`, prove that it goes past its transform;
 * `again`: in how many it was made and flowed since it was stopped
 */
class SottoFlows {
  /** One may count late what came before it. */
  static PAST = 2;
  /** What was with the packetizer or decoder when the core went away is through before so many looks saw it flow. */
  static LOOKS = 3;
  /** And what was with a pacer, which holds nothing back for more than 2 s. */
  static MORE_LOOKS = 10;
  /** A jitter buffer holds sound for 4 s at most. */
  static MOST_LOOKS = 40;
  /** One may count late what was made before it was stopped. */
  static AGAIN = 2;

  /**
   * @param {RTCPeerConnection} peer
   * @param {(end: RTCRtpSender | RTCRtpReceiver) => number | null} streamOf
   * @param {{mayHaveTail(stream: number): boolean, isStopped(stream: number): boolean}} streams
   * `mayHaveTail`: whether what flows may have been on its way
   */
  constructor(peer, streamOf, streams) {
    this.peer = peer;
    this.streamOf = streamOf;
    this.streams = streams;
    this.reading = false;
    /** @type {Map<number, Look>} what flows while no core is there */
    this.seen = new Map();
  }

  /** A core is there. */
  reset() {
    this.seen.clear();
  }

  /**
   * Streams that flow past their transform while no core is there: those that it has just shown of,
   * those that still do with another transform of ours, or flow for too long, and those of them that
   * do though they were stopped.
   * @param {Map<number, number> | null} came
   * @returns {Promise<{past: number[], sure: number[], back: number[]}>}
   */
  async alone(came) {
    const senders = new Set(this.peer.getSenders().map(this.streamOf));
    const flows = await this.read();
    const looks = flows.map((flow) => this.count(flow, senders.has(flow[0]), came && (came.get(flow[0]) ?? 0)));
    const { PAST, LOOKS, AGAIN } = SottoFlows;
    const past = looks.filter((look) => look.isPast && look.past === PAST);
    const sure = looks.filter((look) => (look.isPast && look.past > PAST) || look.looks > LOOKS + look.more);
    const back = sure.filter(({ again }) => again >= AGAIN);
    const numbers = (/** @type {Look[]} */ some) => some.map(({ stream }) => stream);
    return { past: numbers(past), sure: numbers(sure), back: numbers(back) };
  }

  /** @param {Sotto.Flow} flow @param {boolean} sent @param {number | null} came @returns {Look} */
  count([stream, made, samples, bytes, waited], sent, came) {
    // Padding makes packets, and adds nothing to their bytes.
    const passed = sent ? bytes : samples;
    const last = this.seen.get(stream) ?? { made, passed: Infinity, waited, came: null, past: 0, looks: 0, more: SottoFlows.MORE_LOOKS, again: 0 };
    const flows = passed > last.passed;
    const isMade = flows && made > last.made;
    const isUnseen = came !== null && came === last.came && !this.streams.mayHaveTail(stream);
    const isPast = isUnseen && isMade;
    // Sound waits to be played for as long as the page would have it, twice the mean at most.
    const mean = flows ? (waited - last.waited) / (passed - last.passed) : 0;
    const waits = Math.ceil((2 * mean) / SottoLookout.INTERVAL_MS);
    const more = Math.min(Math.max(last.more, waits), SottoFlows.MOST_LOOKS);
    const past = isUnseen ? last.past + Number(isPast) : 0;
    const again = this.streams.isStopped(stream) ? last.again + Number(isMade) : 0;
    const look = { stream, made, passed, waited, came, past, isPast, more, again, looks: flows ? last.looks + 1 : 0 };
    this.seen.set(stream, look);
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
