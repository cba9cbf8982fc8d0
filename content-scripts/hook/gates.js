/**
 * Page realm: holds back what the page encodes by itself until the relay has
 * said whether Sotto is on, lets it pass while off and stops it while on.
 *
 * Sotto's own transform can't be on such a stream: whichever comes second
 * takes the frames from the first, for good and without an error.
 */
'use strict';
{
  const { bare, uncurry, defineProperty, afterwards, whenTold, isLeftAlone } = sottoHook;
  const NativePromise = Promise;
  const NativeTransformStream = TransformStream;
  const enqueue = uncurry(TransformStreamDefaultController.prototype.enqueue);
  const pipeTo = uncurry(ReadableStream.prototype.pipeTo);
  const { readable: atExit, writable: atEntry } = Object.getOwnPropertyDescriptors(TransformStream.prototype);
  const readableOf = uncurry(atExit.get);
  const writableOf = uncurry(atEntry.get);

  /** @typedef {{act: () => void, next: Waiting} | null} Waiting */
  /** @type {'held' | 'passing' | 'stopped'} */
  let state = 'held';
  /** @type {Waiting} */
  let waiting = null;

  /** @type {SottoHook['isPassing']} */
  sottoHook.isPassing = () => state === 'passing' || (state === 'held' && isLeftAlone());

  /** @type {SottoHook['whenPassing']} */
  const whenPassing = (sottoHook.whenPassing = (act) => {
    waiting = bare({ act, next: waiting });
  });

  // In the order of their coming: the last was put first.
  function release() {
    /** @type {Waiting} */
    let ordered = null;
    for (; waiting; waiting = waiting.next) ordered = bare({ act: waiting.act, next: ordered });
    for (; ordered; ordered = ordered.next) {
      const { act } = ordered;
      act();
    }
  }

  whenTold('media-pass', () => {
    state = 'passing';
    release();
  });
  whenTold('media-stop', () => {
    state = 'stopped';
  });

  /** A frame that comes too early waits, and with it the stream. @param {() => void} pass */
  function held(pass) {
    /** @type {Promise<void>} */
    const promise = new NativePromise((resolve) => {
      whenPassing(() => {
        pass();
        resolve();
      });
    });
    // Whoever is handed a promise looks this up, and the page could be asked.
    defineProperty(promise, 'constructor', bare({ value: NativePromise }));
    return promise;
  }

  /** @param {unknown} frame @param {unknown} controller */
  function transform(frame, controller) {
    if (state === 'held') return held(() => enqueue(controller, frame));
    if (state === 'passing') enqueue(controller, frame);
  }

  /** @param {unknown} readable @param {unknown} writable */
  function pipe(readable, writable) {
    afterwards(pipeTo(readable, writable), () => {});
  }

  /** @type {SottoHook['gated']} */
  sottoHook.gated = ({ readable, writable }, sends) => {
    const gate = new NativeTransformStream(bare({ transform }));
    const entry = writableOf(gate);
    const exit = readableOf(gate);
    if (sends) pipe(exit, writable);
    else pipe(readable, entry);
    return sends ? { readable, writable: entry } : { readable: exit, writable };
  };
}
