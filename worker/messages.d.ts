/**
 * Every message between Sotto's contexts, and what the core shows of a tab.
 * Ambient, so that classic content scripts and modules share one vocabulary.
 *
 *   relay  <- content-scripts/relay, in the page's isolated world
 *   pump   <- content-scripts/pump.js, a worker the relay makes
 *   host   <- worker/host.js, an iframe of the extension in the page
 *   core   <- worker/core-worker.js, one SharedWorker for everything
 */
declare namespace Sotto {
  type Direction = 'send' | 'receive';
  type Media = 'audio' | 'video';
  type Role = 'microphone' | 'camera' | 'screen-sound' | 'screen-picture';
  type State = 'off' | 'alone' | 'joining' | 'encrypted' | 'trouble' | 'unsupported';
  type Reach = 'ok' | 'restricted' | 'no-permission' | 'reload-needed' | 'contained';
  type ConnectionState = 'new' | 'connected' | 'closed';

  /** One sender or receiver, as the relay keeps it. */
  interface Stream {
    stream: number;
    direction: Direction;
    media: Media;
    /** A sender's role, a receiver's media. */
    carries: Media | Role;
    transform: RTCRtpScriptTransform | null;
    /** Whether it is the page's to encode. */
    left: boolean;
    /** Whether it went past ours, while Sotto was on. */
    bypassed: boolean;
    /** Whether that cost it the stream. */
    stopped: boolean;
    /** Whether the page's own transform gave way to ours. */
    replaced: boolean;
    ended: boolean;
  }

  /** How the far end of a connection presents itself. */
  interface FarEnd {
    origin: string;
    iceLite: boolean;
  }

  /** What flows on a stream, in the numbers that the core's `Flow` explains. */
  type Flow = [stream: number, made: number, passed: number, bytes: number, waited: number];
  /** What is decoded of a stream, small: four bytes a pixel, as a canvas has them. */
  interface Still {
    width: number;
    height: number;
    pixels: ArrayBuffer;
  }
  type StillToCore = { kind: 'still'; look: number; still: Still | null };
  type Measure = 'cover' | 'stop' | 'close';

  /** With a control and a frame port. */
  type RelayToHost = { kind: 'port'; token: string };

  type RelayToCore =
    | { kind: 'connection'; connection: number; state: ConnectionState }
    | ({ kind: 'far-end'; connection: number } & FarEnd)
    | { kind: 'channel'; connection: number; open: boolean }
    | { kind: 'control'; connection: number; bytes: ArrayBuffer }
    | {
        kind: 'stream';
        stream: number;
        connection: number;
        direction: Direction;
        carries: Media | Role;
      }
    | { kind: 'stream-left'; stream: number }
    | { kind: 'stream-ended'; stream: number }
    | { kind: 'looked' }
    | { kind: 'flows'; flows: Flow[] }
    | { kind: 'bypassed'; stream: number }
    | { kind: 'trouble'; code: string }
    | StillToCore
    | { kind: 'ping' };

  type CoreToRelay =
    | { kind: 'pong' }
    | { kind: 'mode'; on: boolean }
    | { kind: 'send'; connection: number; bytes: ArrayBuffer }
    | { kind: 'watch' }
    | { kind: 'look'; look: number; stream: number }
    | { kind: 'crashed' }
    | { kind: 'contain'; stream: number; measure: Measure };

  /** `port` comes with the frame port. */
  type RelayToPump =
    | { kind: 'port' }
    | { kind: 'cut' }
    | { kind: 'count' }
    | { kind: 'hint'; on: boolean }
    | { kind: 'release' }
    | { kind: 'key-frame'; stream: number }
    | { kind: 'stream-ended'; stream: number };

  /** Frames of several streams; one message is under way at a time. */
  type PumpToCore = PumpQuestion[];
  type PumpQuestion = [stream: number, frame: ArrayBuffer, payloadType: number, mime: string, layer: number | null];
  /** For each question its new frame, or null to drop it. */
  type CoreToPump =
    | (ArrayBuffer | null)[]
    | { kind: 'mode'; on: boolean }
    | { kind: 'key-frame'; stream: number };

  /** Why a frame of a page has no way to the core: a sandbox keeps it out, or it was lost. */
  type Cut = 'sandboxed' | 'lost';
  /** How many frames of a tab are cut off. */
  type Cuts = Record<Cut, number>;

  type ToBackground =
    | { kind: 'ask' }
    | { kind: 'hello'; token: string }
    | { kind: 'redeem'; token: string }
    | { kind: 'cut'; cut: Cut | null }
    | { kind: 'badge'; state: State };
  /** `contained`: it is in a container of Firefox, and no host can bring it to the core. */
  type HelloReply = { on: boolean; contained?: true };
  /** With the name of the core worker. */
  type RedeemReply = { tab: number; top: boolean; on: boolean; core: string } | null;

  /** From whoever is of the extension's origin; with a control and a frame port, which become the page's. */
  type HostToCore = { kind: 'attach'; token: string } | { kind: 'leave' };
  /** Before any of what follows: see worker/our-core.js. */
  type WordToCore = { kind: 'word'; word: string };
  interface OurCore {
    name: string;
    word: string;
  }
  /** What is known of a page that will attach with this token. */
  interface Voucher {
    token: string;
    tab: number;
    /** Whether it is the tab's own and no frame in it. */
    top: boolean;
    on: boolean;
    /** Held while its host page is there. */
    lock?: string;
  }
  type VoucherToCore = { kind: 'voucher' } & Voucher;
  type CoreToOurs = { kind: 'refused' } | { kind: 'vouched' };
  /** From whoever can see what the background knows: hosts and popups. */
  type CutsToCore = { kind: 'cuts'; tab: number } & Cuts;
  /** From hosts and background: whether the sites' permissions are there. */
  type PermissionToCore = { kind: 'permission'; tab: number; given: boolean };
  /** From popups. */
  type ReachToCore = { kind: 'reach'; tab: number; reach: Reach };
  /** From the background, hosts, popups and options: what the person wants to be called in every call. */
  type NameToCore = { kind: 'name'; name: string } | { kind: 'try-name'; name: string };
  /** Whatever is heard from who has said the word. */
  type OursToCore = VoucherToCore | CutsToCore | PermissionToCore | ReachToCore | NameToCore | PopupToCore;
  /** What others would be told of a name that was tried. */
  type NameTold = { kind: 'name-told'; name: string; told: string };
  type CoreToHost = { kind: 'badge'; tab: number; state: State };

  /** Who watches without a reach only looks on: no popup, but options. */
  type Watch = { kind: 'watch'; tab: number; reach?: Reach; on: boolean; lock?: string };
  type PopupToCore =
    | Watch
    | { kind: 'toggle'; tab: number; on: boolean }
    | ({ kind: 'look' } & Place);
  /** A stream of a tab. */
  type Place = { tab: number; page: number; stream: number };
  type CoreToPopup = { kind: 'view'; tab: number; view: View } | Look | { kind: 'refused' };
  /** With a still picture where there is one and it is certain whose. */
  type Look = { kind: 'still'; still: Still | null } & Place;

  interface MemberView {
    id: string;
    leaf: number;
    you: boolean;
    committer: boolean;
    name: string | null;
    alike: boolean;
  }

  interface StreamView {
    stream: number;
    page: number;
    direction: Direction;
    media: Media;
    role: Role | null;
    codec: string | null;
    member: string | null;
    protection: 'encrypted' | 'waiting' | 'dropped' | 'clear';
    reason: string | null;
  }

  interface ProblemView {
    code: string;
    count: number | null;
    detail: string | null;
    stream: { page: number; number: number } | null;
  }

  interface Stats {
    sealed: number;
    opened: number;
    failed: number;
    unsealed: number;
    dropped: number;
    overheadBytesPerFrame: number | null;
    sealUsP50: number | null;
    openUsP50: number | null;
    joinMs: number | null;
  }

  interface View {
    state: State;
    reason: string;
    /** What is to be shown so much later if no newer view comes. */
    lapse: { afterMs: number; state: State; reason: string } | null;
    on: boolean;
    safetyNumber: string[] | null;
    epoch: number | null;
    members: MemberView[];
    streams: StreamView[];
    problems: ProblemView[];
    others: number;
    stats: Stats;
  }

  type Output =
    | { kind: 'send'; page: number; connection: number; bytes: Uint8Array<ArrayBuffer> }
    | { kind: 'mode'; page: number; on: boolean }
    | { kind: 'key-frame'; page: number; stream: number }
    | { kind: 'watch'; page: number }
    | { kind: 'contain'; page: number; stream: number; measure: Measure }
    | { kind: 'view'; tab: number }
    | { kind: 'forget-key'; key: number }
    | { kind: 'badge'; tab: number; state: State };
}
