import { nextFingerprint } from './chain.js';
import type { Cursor, Entry } from './protocol/forms.js';

/** As many entries are held back at most; what is dropped comes again with a resume. */
const MOST_HELD = 1000;

export interface LogEvents {
  /** The next entry of the log: each exactly once, in order, without a hole. */
  applied(entry: Entry): void;
  /** Something is missing, or the log is another one: ask from the cursor on. */
  broken(): void;
}

/** Follows the log of one room. What is ahead is held until the rest has come. */
export class RoomLog {
  readonly #events: LogEvents;
  readonly #held = new Map<number, Entry>();
  #cursor: Cursor;

  constructor(cursor: Cursor, events: LogEvents) {
    this.#cursor = cursor;
    this.#events = events;
  }

  get cursor(): Cursor {
    return this.#cursor;
  }

  receive(entry: Entry): void {
    if (entry.seq <= this.#cursor.seq) return;
    if (this.#held.size >= MOST_HELD) this.#held.clear();
    this.#held.set(entry.seq, entry);
    if (!this.#advance()) this.#events.broken();
  }

  /** Takes the answer of a resume; false if it does not join either. */
  caughtUp(entries: readonly Entry[]): boolean {
    for (const entry of entries) if (entry.seq > this.#cursor.seq) this.#held.set(entry.seq, entry);
    return this.#advance();
  }

  /** Goes on from another place: what is before it has been told as a whole. */
  jump(cursor: Cursor): void {
    this.#cursor = cursor;
    for (const seq of this.#held.keys()) if (seq <= cursor.seq) this.#held.delete(seq);
    if (!this.#advance()) this.#events.broken();
  }

  #advance(): boolean {
    for (;;) {
      const entry = this.#held.get(this.#cursor.seq + 1);
      if (entry === undefined) return this.#held.size === 0;
      if (nextFingerprint(this.#cursor.fp, entry.id) !== entry.fp) return false;
      this.#held.delete(entry.seq);
      this.#cursor = { seq: entry.seq, fp: entry.fp };
      this.#events.applied(entry);
    }
  }
}
