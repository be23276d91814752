/** As many messages are in the document at most; find-in-page and selection work in them. */
export const MOST_ROWS = 400;

/** Few enough at once that a frame is not missed. */
export const STEP = 50;

/**
 * Which messages of the timeline are in the document. A reader at the end
 * follows it; one who scrolls takes the window along, and messages that arrive
 * at either side of the timeline do not move what is being read.
 */
export class RowWindow {
  #start = 0;
  #end = 0;
  #following = true;

  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#end;
  }

  /** Nothing but new messages below: the end of the timeline is in the window. */
  reaches(length: number): boolean {
    return this.#end >= length;
  }

  /** The timeline has now `length` messages, `prepended` of them new at the top. */
  fit(length: number, prepended: number): void {
    const reached = this.#following;
    this.#start = Math.min(this.#start + prepended, length);
    this.#end = Math.min(this.#end + prepended, length);
    if (reached) {
      this.#end = length;
      this.#start = Math.max(this.#start, length - MOST_ROWS);
    }
    if (this.#end === 0) this.toEnd(length);
  }

  /** Shows older messages; false when the timeline has none. */
  up(): boolean {
    if (this.#start === 0) return false;
    this.#start = Math.max(0, this.#start - STEP);
    if (this.#end - this.#start > MOST_ROWS) {
      this.#end = this.#start + MOST_ROWS;
      this.#following = false;
    }
    return true;
  }

  /** Shows newer messages; false when the window is at the end. */
  down(length: number): boolean {
    if (this.#end >= length) {
      this.#following = true;
      return false;
    }
    this.#end = Math.min(length, this.#end + STEP);
    this.#start = Math.max(this.#start, this.#end - MOST_ROWS);
    this.#following = this.#end >= length;
    return true;
  }

  /** Back to the latest messages, a screenful or two of them. */
  toEnd(length: number): void {
    this.#end = length;
    this.#start = Math.max(0, length - 2 * STEP);
    this.#following = true;
  }
}
