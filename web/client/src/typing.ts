import type { Author } from './protocol/forms.js';

/** A typist of whom nothing more is heard has stopped, or is gone. */
const EXPIRES_MS = 6000;
/** Often enough that one lost signal does not end it for those who watch. */
const TELL_EVERY_MS = 2500;

interface Typist {
  readonly author: Author;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Who is typing in a room or thread, and that we are. */
export class Typing {
  readonly #typists = new Map<string, Typist>();
  readonly #changed: () => void;
  readonly #tell: () => void;
  #toldAt = -Infinity;

  constructor(tell: () => void, changed: () => void) {
    this.#tell = tell;
    this.#changed = changed;
  }

  /** In the order they began. */
  get typists(): Author[] {
    return [...this.#typists.values()].map(({ author }) => author);
  }

  heard(author: Author): void {
    const before = this.#typists.get(author.id);
    clearTimeout(before?.timer);
    const timer = setTimeout(() => this.ended(author.id), EXPIRES_MS);
    this.#typists.set(author.id, { author, timer });
    if (before === undefined) this.#changed();
  }

  /** Their message has come, or they have left. */
  ended(person: string): void {
    clearTimeout(this.#typists.get(person)?.timer);
    if (this.#typists.delete(person)) this.#changed();
  }

  clear(): void {
    for (const person of [...this.#typists.keys()]) this.ended(person);
  }

  /** Tells the others, no more often than they need to know. */
  keystroke(): void {
    if (Date.now() - this.#toldAt < TELL_EVERY_MS) return;
    this.#toldAt = Date.now();
    this.#tell();
  }

  /** Our message is sent: the next keystroke is news again. */
  sent(): void {
    this.#toldAt = -Infinity;
  }
}
