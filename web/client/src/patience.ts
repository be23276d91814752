import type { Act } from './act.js';
import { failureOf } from './failure.js';
import type { ActName, In, Out } from './protocol/acts.js';

/** So long an act whose answer got lost waits for a connection to be tried again. */
const PATIENCE_MS = 30_000;

/** Does acts that are told by an id, so that a second try of one is the same act. */
export class Patience {
  readonly #act: Act;
  readonly #waiting = new Set<() => void>();

  constructor(act: Act) {
    this.#act = act;
  }

  /**
   * No answer may be a lost one, and the server has done it: it is tried again,
   * with the next connection if this one is gone. What could not even be asked
   * is refused at once.
   */
  async act<A extends ActName>(name: A, input: In<A>): Promise<Out<A>> {
    try {
      return await this.#act(name, input);
    } catch (error) {
      if (failureOf(error).code !== 'timeout') throw error;
    }
    try {
      return await this.#act(name, input);
    } catch (error) {
      if (failureOf(error).code !== 'offline') throw error;
    }
    await this.#connected();
    return this.#act(name, input);
  }

  /** There is a connection again. */
  online(): void {
    for (const wake of this.#waiting) wake();
  }

  #connected(): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, PATIENCE_MS);
      (timer as { unref?: () => void }).unref?.();
      this.#waiting.add(wake);
    });
  }
}
