const FIRST_MS = 1000;
const LONGEST_MS = 20_000;
/** A try that fails at once must not become a loop. */
const LEAST_MS = 100;

/**
 * How long to wait before the next try: anything up to a bound that doubles
 * each time ("full jitter"), so that a thousand clients that were cut off at
 * one moment come back evenly spread.
 */
export class Backoff {
  #tries = 0;
  readonly #random: () => number;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** In milliseconds; never less than what the server asked for, in seconds. `most` lowers the bound, not below its first. */
  next(retryAfter = 0, most = LONGEST_MS): number {
    const bound = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#tries, Math.max(FIRST_MS, most));
    this.#tries += 1;
    return retryAfter * 1000 + Math.max(LEAST_MS, bound * this.#random());
  }

  reset(): void {
    this.#tries = 0;
  }
}
