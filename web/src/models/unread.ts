/**
 * What came while nobody looked: how many, and which was the first. The line
 * above the first stays where it is until the reader moves on.
 */
export class Unread {
  #count = 0;
  #first: string | null = null;
  #watching = true;

  /** Messages that came since the reader last saw the end. */
  get count(): number {
    return this.#count;
  }

  /** The message that the line stands above, or null. */
  get first(): string | null {
    return this.#first;
  }

  /** The end of the timeline is on the screen of somebody who looks. */
  watch(watching: boolean): void {
    if (watching) this.#count = 0;
    this.#watching = watching;
  }

  came(id: string): void {
    if (this.#watching) return;
    // A line that was read already makes room for the new one.
    if (this.#count === 0) this.#first = id;
    this.#count += 1;
  }

  /** Missed while disconnected, oldest first: marked, although the end is being watched. */
  missed(ids: readonly string[]): void {
    const [first] = ids;
    if (first === undefined) return;
    if (this.#count === 0) this.#first = first;
    if (!this.#watching) this.#count += ids.length;
  }

  /** The reader has moved on: wrote something, or asked for it. */
  clear(): void {
    this.#count = 0;
    this.#first = null;
  }
}
