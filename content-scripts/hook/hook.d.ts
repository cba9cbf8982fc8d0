/** What the hook's files share until the last of them deletes it. */
type SottoSubstitute = (name: PropertyKey, get: (member: PropertyKey) => unknown) => unknown;

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
  afterwards(promise: Promise<unknown>, done: () => void): void;

  notify(name: string, connection: number): void;
  introduce(peer: RTCPeerConnection, connection: number, pageTransforms: boolean): void;
  consult(connection: number, type: string, sdp: string): string;

  overlay(value: unknown, substitute: SottoSubstitute): unknown;
  forConstruction(configuration: unknown): { flagged: unknown; wanted: () => boolean };
  forChange(configuration: unknown, had: boolean): unknown;
  asThePageSetIt(configuration: object, had: boolean): object;
}

declare var sottoHook: SottoHook;
