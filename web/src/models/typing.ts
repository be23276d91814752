/** A typist of whom nothing more is heard has stopped, or is gone. */
const EXPIRES_MS = 6000;

/**
 * The server drops a `typing` within two seconds of the last one. The rest is
 * for the network: told at exactly two, every jitter would lose one.
 */
const TELL_EVERY_MS = 2500;

/** Who is typing, as the others tell it. */
export class Typists {
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** In the order they began. */
  get names(): string[] {
    return [...this.#timers.keys()];
  }

  heard(nickname: string): void {
    const before = this.#timers.get(nickname);
    clearTimeout(before);
    this.#timers.set(
      nickname,
      setTimeout(() => this.ended(nickname), EXPIRES_MS),
    );
    if (before === undefined) this.#onChange();
  }

  /** Their message has come, or they have left. */
  ended(nickname: string): void {
    clearTimeout(this.#timers.get(nickname));
    if (this.#timers.delete(nickname)) this.#onChange();
  }

  clear(): void {
    for (const nickname of this.names) this.ended(nickname);
  }
}

/** Tells the others that we type, no more often than they need to know. */
export class TypingTeller {
  readonly #tell: () => void;
  #toldAt = -Infinity;

  constructor(tell: () => void) {
    this.#tell = tell;
  }

  keystroke(now = Date.now()): void {
    if (now - this.#toldAt < TELL_EVERY_MS) return;
    this.#toldAt = now;
    this.#tell();
  }
}
