/**
 * What a person looked at: for each stream the picture that the core gave, for as long as its line
 * says the same of it. It goes with the popup.
 */

/** Longer than the relay waits for a picture. */
const PATIENCE_MS = 5000;

/** @typedef {{words: string, member: string | null, role: Sotto.Role | null, still: Sotto.Still | null}} Look
 *   `words` are the key of what is said below it */

/** @param {{page: number, stream: number}} place */
const keyOf = ({ page, stream }) => `${page} ${stream}`;

export class Looks {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    /** @type {(page: number, stream: number) => void} */
    this.ask = () => {};
    /** @type {Map<string, Look>} */
    this.looks = new Map();
  }

  /** Whether its line says whose picture it is. @param {Sotto.StreamView} stream */
  static isPossible({ direction, media, protection, member }) {
    return direction === 'receive' && media === 'video' && protection === 'encrypted' && member !== null;
  }

  /** @param {Sotto.StreamView} stream */
  begin({ page, stream, member, role }) {
    const key = keyOf({ page, stream });
    if (this.looks.get(key)?.words === 'look_waiting') return;
    /** @type {Look} */
    const look = { words: 'look_waiting', member, role, still: null };
    this.looks.set(key, look);
    setTimeout(() => look.words === 'look_waiting' && this.end(look, null), PATIENCE_MS);
    this.ask(page, stream);
    this.changed();
  }

  /** @param {Sotto.Look} answer */
  handleAnswer(answer) {
    const look = this.looks.get(keyOf(answer));
    if (look?.words === 'look_waiting') this.end(look, answer.still);
  }

  /** @param {Look} look @param {Sotto.Still | null} still */
  end(look, still) {
    look.words = still ? 'look_done' : 'look_failed';
    look.still = still;
    this.changed();
  }

  /** What another has sealed since isn't in it. @param {Sotto.StreamView[]} streams */
  keep(streams) {
    const lines = new Map(streams.filter(Looks.isPossible).map((stream) => [keyOf(stream), stream]));
    for (const [key, { member, role }] of this.looks) {
      const line = lines.get(key);
      if (line?.member !== member || line.role !== role) this.looks.delete(key);
    }
  }

  /** @param {Sotto.StreamView} stream */
  of(stream) {
    return this.looks.get(keyOf(stream)) ?? null;
  }
}
