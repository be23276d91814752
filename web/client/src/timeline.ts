import { fold } from './fold.js';
import type { Entry, Item, Page } from './protocol/forms.js';

/** In memory at most, so that a room of any length costs the same. */
export const MOST_ROWS = 400;
/** How many are asked for, and dropped, at a time. */
export const STEP = 50;

const NOTICES = new Set('create room join leave invite remove ban unban mute unmute rank pin'.split(' '));

interface Line {
  readonly item: Item;
  /** Everything up to here is in the item already. */
  readonly told: number;
}

/** A part of the log without holes, as it is shown: messages with what became of them. */
export class Timeline {
  readonly #thread: number | undefined;
  #lines: Line[] = [];
  #items: readonly Item[] = [];
  #before: number | undefined;
  /** Where newer ones begin; undefined at the end, 0 before anything is loaded. */
  #after: number | undefined = 0;

  constructor(thread?: number) {
    this.#thread = thread;
  }

  /** A new array whenever something has changed, and only then. */
  get items(): readonly Item[] {
    return this.#items;
  }

  get before(): number | undefined {
    return this.#before;
  }

  get after(): number | undefined {
    return this.#after;
  }

  get atEnd(): boolean {
    return this.#after === undefined;
  }

  get loaded(): boolean {
    return this.#after !== 0;
  }

  replace(page: Page): void {
    this.#lines = [];
    this.#before = page.before;
    this.#take(page, this.#lines.length);
    this.#after = page.after;
  }

  /** Adds a page that was asked for with `before`, and drops newer ones when it is too much. */
  older(page: Page, asked: number): void {
    if (asked !== this.#before) return;
    this.#before = page.before;
    this.#take(page, 0);
    if (this.#lines.length > MOST_ROWS) this.#end(MOST_ROWS);
    this.#items = this.#lines.map(({ item }) => item);
  }

  newer(page: Page, asked: number): void {
    if (asked !== this.#after) return;
    this.#after = page.after;
    this.#take(page, this.#lines.length);
    if (this.#lines.length > MOST_ROWS) this.#begin(this.#lines.length - MOST_ROWS);
    this.#items = this.#lines.map(({ item }) => item);
  }

  /**
   * Applies an entry of the log, in order. `following`: whoever looks is at the
   * end, so what is far above may go; otherwise a full timeline stops growing.
   */
  apply(entry: Entry, me: string, following: boolean): boolean {
    let changed = this.#fold(entry, me);
    if (this.atEnd && this.#shows(entry) && entry.seq > (this.#lines.at(-1)?.item.seq ?? 0)) {
      if (this.#lines.length >= MOST_ROWS && !following) {
        this.#after = this.#lines.at(-1)?.item.seq;
      } else {
        if (this.#lines.length >= MOST_ROWS) this.#begin(STEP);
        this.#lines.push({ item: entry, told: entry.seq });
        changed = true;
      }
    }
    if (changed) this.#items = this.#lines.map(({ item }) => item);
    return changed;
  }

  /** Changes what is known of a message apart from the log. */
  patch(seq: number, change: (item: Item) => Item): boolean {
    const index = this.#find(seq);
    const line = this.#lines[index];
    if (line === undefined) return false;
    this.#lines[index] = { ...line, item: change(line.item) };
    this.#items = this.#lines.map(({ item }) => item);
    return true;
  }

  find(seq: number): Item | undefined {
    return this.#lines[this.#find(seq)]?.item;
  }

  #fold(entry: Entry, me: string): boolean {
    const inThread = entry.type === 'message' || entry.type === 'delete';
    const about = this.#foldInto(entry.ref, entry, me);
    const root = inThread && this.#foldInto(entry.thread, entry, me);
    return about || root;
  }

  #foldInto(seq: number | undefined, entry: Entry, me: string): boolean {
    const index = seq === undefined ? -1 : this.#find(seq);
    const line = this.#lines[index];
    if (line === undefined || entry.seq <= line.told) return false;
    const item = fold(line.item, entry, me);
    this.#lines[index] = { item, told: entry.seq };
    return item !== line.item;
  }

  #shows(entry: Entry): boolean {
    if (this.#thread !== undefined) return entry.type === 'message' && entry.thread === this.#thread;
    return entry.type === 'message' ? entry.thread === undefined : NOTICES.has(entry.type);
  }

  #take(page: Page, at: number): void {
    const known = new Set(this.#lines.map(({ item }) => item.seq));
    const fresh = page.items.filter((item) => !known.has(item.seq));
    this.#lines.splice(at, 0, ...fresh.map((item) => ({ item, told: page.head.seq })));
    this.#items = this.#lines.map(({ item }) => item);
  }

  #begin(from: number): void {
    this.#lines = this.#lines.slice(from);
    this.#before = this.#lines[0]?.item.seq;
  }

  #end(length: number): void {
    this.#lines = this.#lines.slice(0, length);
    this.#after = this.#lines.at(-1)?.item.seq;
  }

  #find(seq: number): number {
    let [low, high] = [0, this.#lines.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.#lines[middle]?.item.seq ?? 0;
      if (found === seq) return middle;
      if (found < seq) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}
