/** So long a screen reader is left in peace after a summary. */
export const QUIET_MS = 3000;
/** More messages than this within that time are told as a number. */
const MOST_READ = 2;

/**
 * How a timeline speaks to those who listen. A few messages are read out as
 * they come; in a busy room that would never end, so what comes is counted and
 * told in one sentence at a time.
 */
export class Pace {
  readonly #busy: (busy: boolean) => void;
  readonly #summary: (count: number) => void;
  #count = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: { busy: (busy: boolean) => void; summary: (count: number) => void }) {
    this.#busy = options.busy;
    this.#summary = options.summary;
  }

  /** Messages have come. */
  came(count: number): void {
    this.#count += count;
    if (this.#count > MOST_READ) this.#busy(true);
    this.#timer ??= setTimeout(() => this.#pause(), QUIET_MS);
  }

  #pause(): void {
    this.#timer = undefined;
    const count = this.#count;
    this.#count = 0;
    if (count <= MOST_READ) {
      this.#busy(false);
      return;
    }
    this.#summary(count);
    this.#timer = setTimeout(() => this.#pause(), QUIET_MS);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
