/**
 * The core's interface as the worker uses it; `now` is the worker's
 * performance.now(), in milliseconds. After each call pollOutput is drained.
 */
declare namespace Sotto {
  interface Core {
    /** Undefined where there is no room for another page. */
    attach(now: number, tab: number): number | undefined;
    detach(now: number, page: number): void;
    turnOn(now: number, tab: number): void;
    turnOff(now: number, tab: number): void;
    forget(tab: number): void;
    reach(now: number, tab: number, reach: Reach): void;
    reached(now: number, tab: number): void;
    permission(now: number, tab: number, given: boolean): void;
    name(now: number, typed: string): void;
    /** What others would be told of a name, as it is typed. */
    nameTold(typed: string): string;
    cuts(now: number, tab: number, sandboxed: number, lost: number): void;
    connection(now: number, page: number, connection: number, state: ConnectionState): void;
    farEnd(now: number, page: number, connection: number, origin: string, iceLite: boolean): void;
    channel(now: number, page: number, connection: number, open: boolean): void;
    control(now: number, page: number, connection: number, bytes: Uint8Array): void;
    stream(
      now: number,
      page: number,
      stream: number,
      connection: number,
      direction: Direction,
      carries: Media | Role,
    ): void;
    streamLeft(now: number, page: number, stream: number): void;
    streamEnded(now: number, page: number, stream: number): void;
    flow(now: number, page: number, stream: number, figures: Float64Array): void;
    looked(now: number, page: number): void;
    bypassed(now: number, page: number, stream: number): void;
    trouble(now: number, page: number, code: string): void;
    format(page: number, payloadType: number, mime: string): number;
    /** Where to put a frame of that length before transform is called. */
    room(length: number): number;
    /**
     * Seals or opens, by the stream's direction, and says where the new frame is; 0 means drop,
     * unless there is a job.
     */
    transform(now: number, page: number, stream: number, format: number, length: number, layer?: number): number;
    /**
     * Where the eight words are that say what WebCrypto is to do: the numbers of job and key,
     * whether to seal, the nonce, and place and length of what is authenticated and of the data.
     * 0 where there is nothing for it.
     */
    job(): number;
    subtleKey(job: number): Uint8Array<ArrayBuffer> | undefined;
    /** Like transform, with what WebCrypto made put behind the frame; undefined where it refused. */
    finish(now: number, job: number, length: number, outcome: number | undefined): number;
    /** How long the new frame is. */
    transformed(): number;
    timed(page: number, stream: number, microseconds: number, frames: number): void;
    handleTimeout(now: number): void;
    pollTimeout(): number | undefined;
    hasOutput(): boolean;
    pollOutput(): Output | undefined;
    view(now: number, tab: number): View;
    /** Whether what is decoded there is certainly of whom its line names, if it was asked for then. */
    vouches(now: number, tab: number, page: number, stream: number, asked: number): boolean;
  }
}
