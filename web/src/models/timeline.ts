import type { History, Message } from '../protocol';

/** More pages than this are not fetched to close a gap: the room starts over. */
const MOST_GAP_PAGES = 20;

/** Everybody hears the room; who has not joined it yet need not keep it all. */
const MOST_AHEAD = 1000;

/** Kept in memory; older messages come back from the server on scrolling up. */
const MOST_MESSAGES = 2000;

/**
 * The messages of the room, oldest first, without a hole. After a reconnect
 * nothing is shown until the fresh end of the log has been joined to what is
 * there: by a common message, by fetching what lies between, or, if that is
 * too much, by starting over.
 */
export class Timeline {
  #messages: Message[] = [];
  #ids = new Set<string>();
  #more = false;
  /** The fresh run that is being joined, or null while following live. */
  #fresh: { run: Message[]; more: boolean; pages: number } | null = { run: [], more: false, pages: 0 };
  /** Live messages that came while joining. */
  #ahead: Message[] = [];
  #loaded = false;
  #endSeq = 0;

  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** Older messages exist on the server. */
  get more(): boolean {
    return this.#more;
  }

  /** The end of the log has arrived at least once. */
  get loaded(): boolean {
    return this.#loaded;
  }

  /** The fresh end of the log has not been joined to what is here yet. */
  get joining(): boolean {
    return this.#fresh !== null;
  }

  /** Whether this number of the log lies at or before the end that arrived last. */
  covers(seq: number): boolean {
    return seq <= this.#endSeq;
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Live events can have been missed from here on. */
  suspend(): void {
    this.#fresh = { run: [], more: false, pages: 0 };
    this.#ahead = [];
  }

  /** Takes a live message; false if it is not shown (yet). */
  add(message: Message): boolean {
    if (this.#fresh !== null) {
      this.#ahead.push(message);
      if (this.#ahead.length > MOST_AHEAD) this.#ahead.shift();
      return false;
    }
    if (this.has(message.id)) return false;
    this.#append(message);
    return true;
  }

  /**
   * Takes the end of the log, as it comes after every introduction. Returns the
   * number before which the next page is needed, or null when all is joined.
   */
  takeEnd(history: History): number | null {
    if (history.reset === true) this.#messages = [];
    this.#ahead = this.#newerThan(history);
    this.#fresh = { run: [...history.messages], more: history.more, pages: 0 };
    this.#endSeq = history.messages.at(-1)?.seq ?? 0;
    return this.#join();
  }

  /** Takes a page asked for by takeEnd; returns as takeEnd does. */
  takeGap(history: History): number | null {
    const fresh = this.#fresh;
    if (fresh === null) return null;
    fresh.run = [...history.messages, ...fresh.run];
    fresh.more = history.more;
    fresh.pages += 1;
    return this.#join();
  }

  /** Gives up on closing the gap: the room starts over at the fresh end. */
  startOver(): void {
    const fresh = this.#fresh;
    if (fresh !== null) this.#finish(fresh.run, fresh.more);
  }

  /** The number before which older messages are found, or null if none are. */
  get olderThan(): number | null {
    const oldest = this.#messages[0]?.seq;
    return this.#more && this.#fresh === null && oldest !== undefined ? oldest : null;
  }

  /** Takes a page of older messages asked for by olderThan. */
  takeOlder(before: number, history: History): void {
    if (this.olderThan !== before) return; // the timeline has moved on meanwhile
    const older = history.messages.filter((message) => !this.has(message.id));
    for (const message of older) this.#ids.add(message.id);
    this.#messages = [...older, ...this.#messages];
    this.#more = history.more;
  }

  /** Drops what is far above the end. Only for a reader who is at the end. */
  trim(): void {
    if (this.#messages.length <= MOST_MESSAGES) return;
    // The oldest one left must have a number: paging starts from it.
    const from = this.#messages.findIndex(
      (message, index) => index >= this.#messages.length - MOST_MESSAGES / 2 && message.seq !== undefined,
    );
    if (from === -1) return;
    for (const message of this.#messages.slice(0, from)) this.#ids.delete(message.id);
    this.#messages = this.#messages.slice(from);
    this.#more = true;
  }

  /** Of the live messages that came first, those that the history does not reach. */
  #newerThan({ messages, more }: History): Message[] {
    const inHistory = new Set(messages.map((message) => message.id));
    const last = this.#ahead.findLastIndex((message) => inHistory.has(message.id));
    // None in common: either the history begins after them all, or, if it is
    // the whole log, it ends before them.
    return last === -1 && more ? [] : this.#ahead.slice(last + 1);
  }

  #join(): number | null {
    const fresh = this.#fresh;
    if (fresh === null) return null;
    const inRun = new Set(fresh.run.map((message) => message.id));
    const common = this.#messages.findIndex((message) => inRun.has(message.id));
    if (common === 0 || (common === -1 && !fresh.more)) {
      this.#finish(fresh.run, fresh.more); // it reaches at least as far back as ours
      return null;
    }
    if (common > 0) {
      // What we held after the common message and the log does not name is not
      // in the log any more, so its word replaces ours.
      const id = this.#messages[common]?.id;
      const from = fresh.run.findIndex((message) => message.id === id);
      this.#finish([...this.#messages.slice(0, common), ...fresh.run.slice(from)], this.#more);
      return null;
    }
    if (this.#messages.length === 0) {
      this.#finish(fresh.run, fresh.more);
      return null;
    }
    const oldest = fresh.run[0]?.seq;
    if (oldest === undefined || fresh.pages >= MOST_GAP_PAGES) {
      this.startOver();
      return null;
    }
    return oldest;
  }

  #finish(messages: readonly Message[], more: boolean): void {
    this.#messages = [];
    this.#ids = new Set();
    this.#more = more;
    this.#fresh = null;
    this.#loaded = true;
    for (const message of [...messages, ...this.#ahead]) this.add(message);
    this.#ahead = [];
  }

  #append(message: Message): void {
    this.#ids.add(message.id);
    this.#messages.push(message);
  }
}
