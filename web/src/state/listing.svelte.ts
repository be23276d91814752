import { explain } from './explain';

interface Answer<Line> {
  readonly lines: readonly Line[];
  /** Where the rest begins; absent at the end. */
  readonly next?: string | undefined;
}

/** A list that the server tells in pages. */
export class Listing<Line> {
  lines = $state.raw<readonly Line[]>([]);
  /** It has been told once, though it may be empty. */
  known = $state(false);
  busy = $state(false);
  /** Why the last page did not come. */
  wrong = $state('');
  #next = $state.raw<string>();
  #turn = 0;
  readonly #ask: (cursor?: string) => Promise<Answer<Line>>;

  constructor(ask: (cursor?: string) => Promise<Answer<Line>>) {
    this.#ask = ask;
  }

  /** There are lines after those. */
  get more(): boolean {
    return this.#next !== undefined;
  }

  /** Begins again. What is shown stays until the answer comes; an answer that was overtaken is dropped. */
  load(): Promise<void> {
    return this.#take(undefined);
  }

  /** Fetches the lines after those. */
  extend(): Promise<void> {
    return this.#take(this.#next);
  }

  /** Puts another line in the place of one, or nothing. */
  replace(line: Line, other: Line | null): void {
    this.lines = this.lines.flatMap((one) => (one !== line ? [one] : other === null ? [] : [other]));
  }

  async #take(cursor: string | undefined): Promise<void> {
    const turn = ++this.#turn;
    this.busy = true;
    this.wrong = '';
    try {
      const { lines, next } = await this.#ask(cursor);
      if (turn !== this.#turn) return;
      this.lines = cursor === undefined ? lines : [...this.lines, ...lines];
      this.#next = next;
      this.known = true;
    } catch (error) {
      if (turn === this.#turn) this.wrong = explain(error);
    } finally {
      if (turn === this.#turn) this.busy = false;
    }
  }
}
