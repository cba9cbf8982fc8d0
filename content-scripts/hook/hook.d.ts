/** What the hook's files share until the last of them deletes it. */
type SottoSubstitute = (name: PropertyKey, get: (member: PropertyKey) => unknown) => unknown;

/** Where a sender or receiver is found: its index among those of a connection. */
interface SottoPlace {
  connection: number;
  index: number;
  sends: boolean;
}

interface SottoHook {
  apply: typeof Reflect.apply;
  construct: typeof Reflect.construct;
  defineProperty: typeof Reflect.defineProperty;
  read: typeof Reflect.get;
  bare<T extends object>(members: T): T;
  uncurry(native: Function | undefined): (self: unknown, ...rest: any[]) => any;
  weakGet(map: WeakMap<object, any>, key: unknown): any;
  weakSet(map: WeakMap<object, any>, key: unknown, value: unknown): any;
  disguise<F extends Function>(native: F, traps: ProxyHandler<F>): F;
  wrap(
    holder: object,
    name: PropertyKey,
    part: 'value' | 'get' | 'set',
    around: (native: Function, self: any, args: any[]) => unknown,
  ): void;
  afterwards(promise: Promise<unknown>, done: () => void, failed?: () => void): void;
  preceded(callback: unknown, first: () => void): unknown;

  notify(name: string, connection: number, flag?: boolean): void;
  announce(peer: RTCPeerConnection, connection: number, pageTransforms: boolean): void;
  announceStreams(name: string, place: SottoPlace): void;
  whenTold(word: string, act: () => void): void;
  /** Whether Sotto is off and its relay gone. */
  isLeftAlone(): boolean;
  /** Throws where Sotto is on and its relay is gone. */
  refuseIfAbandoned(): void;
  consult(connection: number, type: string, sdp: string): string;

  overlay(value: unknown, substitute: SottoSubstitute): unknown;
  forConstruction(configuration: unknown): { flagged: unknown; wanted: () => boolean };
  forChange(configuration: unknown, had: boolean): unknown;
  asThePageSetIt(configuration: object, had: boolean): object;

  whileSet(peer: object, call: (args: any[]) => any, args: any[]): any;
  inPlaceOf(peer: object, track: unknown): unknown;
  handleRemoved(sender: unknown): void;
  handleClosed(peer: object): void;
  handleAdded(sender: unknown, track: unknown): void;
  handleStreamRemoved(peer: object, stream: unknown): void;

  locate(end: object): SottoPlace | null;
  isPassing(): boolean;
  whenPassing(act: () => void): void;
  gated(streams: { readable: object; writable: object }, sends: boolean): { readable: object; writable: object };
}

declare var sottoHook: SottoHook;
