const FIRST_MS = 1000;
const LONGEST_MS = 20_000;

/**
 * How long to wait before the next try: doubled each time, and scattered over
 * the upper half so that a thousand pages do not come back at one moment.
 */
export class Backoff {
  #tries = 0;
  readonly #random: () => number;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  next(): number {
    const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#tries);
    this.#tries += 1;
    return full / 2 + (full / 2) * this.#random();
  }

  reset(): void {
    this.#tries = 0;
  }
}
