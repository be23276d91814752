import type { Kept } from '../protocol';
import { isPassing, type Answer, type Failure } from './answer';
import { Backoff } from './backoff';
import { uuidv7 } from './uuid';

/**
 * The server recognises an id for at least 24 hours. An entry that may already
 * have reached it is not sent by itself after that: it could appear twice.
 */
const RECOGNISED_MS = 20 * 60 * 60 * 1000;

/** A message of ours that has not been seen in the room yet. */
export interface Pending {
  readonly id: string;
  readonly author: string;
  readonly text: string;
  /** When it was written, in unix milliseconds. */
  readonly at: number;
  /** When it first left for the server, or null if it certainly never did. */
  readonly triedAt: number | null;
  /** `kept`: the server has it; its place in the room is known when it is seen there. */
  readonly state: 'queued' | 'sending' | 'kept' | 'failed';
  readonly failure: Failure | null;
}

/** Where entries live through a reload. Ids sort in the order of writing. */
export interface OutboxShelf {
  load(): Pending[];
  put(entry: Pending): void;
  remove(id: string): void;
}

export interface OutboxOptions {
  readonly shelf: OutboxShelf;
  readonly send: (message: { message: string; id: string }) => Promise<Answer<Kept>>;
  /** Whether the message with this number is among those the room has shown. */
  readonly isShown: (seq: number) => boolean;
  readonly onChange: () => void;
  readonly backoff?: Backoff;
}

/**
 * What is written waits here until the server says that it is kept, and stays
 * until the room shows it: its place is the log's to say, not the ack's. One
 * message is under way at a time, so the order of writing is the order in the
 * room; one that is refused for good steps aside and lets the others go.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #backoff: Backoff;
  #entries: Pending[] = [];
  #open = false;
  #opening = 0;
  #busy = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#backoff = options.backoff ?? new Backoff();
  }

  /** In the order of writing. */
  get entries(): readonly Pending[] {
    return this.#entries;
  }

  /** Takes up what an earlier page of this person left behind. */
  restore(author: string, now = Date.now()): void {
    const known = new Set(this.#entries.map((entry) => entry.id));
    for (const found of this.#options.shelf.load()) {
      if (found.author !== author || known.has(found.id)) continue;
      const stale = found.triedAt !== null && now - found.triedAt > RECOGNISED_MS;
      if (found.state === 'failed') this.#entries.push(found);
      else if (stale)
        this.#entries.push({ ...found, state: 'failed', failure: { code: 'expired', reason: '' } });
      else this.#entries.push({ ...found, state: 'queued', failure: null });
    }
    this.#entries.sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#changed();
  }

  add(author: string, text: string): Pending {
    const entry: Pending = {
      id: uuidv7(),
      author,
      text,
      at: Date.now(),
      triedAt: null,
      state: 'queued',
      failure: null,
    };
    this.#entries.push(entry);
    this.#options.shelf.put(entry);
    this.#changed();
    return entry;
  }

  /** The connection is there and the server knows who we are. */
  open(): void {
    this.#open = true;
    this.#opening += 1;
    this.#busy = false;
    this.#backoff.reset();
    this.#next();
  }

  /** The connection is gone; what was under way is sent again later. */
  close(): void {
    this.#open = false;
    this.#busy = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const entry of this.#entries) {
      if (entry.state === 'sending') this.#replace(entry.id, { state: 'queued' });
    }
    this.#changed();
  }

  /** The message was seen in the room, so it is kept, whatever became of its ack. */
  seen(id: string): void {
    if (this.#find(id) !== undefined) this.#remove(id);
  }

  /** The room has been read up to its end, so what is kept is among it. */
  caughtUp(): void {
    for (const entry of this.#entries) if (entry.state === 'kept') this.#remove(entry.id);
  }

  /** Tries an entry again that was refused. */
  retry(id: string): void {
    const entry = this.#find(id);
    if (entry?.state !== 'failed') return;
    if (entry.failure?.code === 'id-taken') {
      this.#remove(id);
      this.add(entry.author, entry.text);
      return;
    }
    this.#replace(id, { state: 'queued', failure: null });
    this.#changed();
  }

  /** Takes an entry back that was refused, or is still waiting. */
  discard(id: string): Pending | undefined {
    const entry = this.#find(id);
    if (entry?.state !== 'queued' && entry?.state !== 'failed') return undefined;
    this.#remove(id);
    return entry;
  }

  /** The person goes on under another nickname, and so do the entries. */
  rename(author: string): void {
    for (const entry of this.#entries) if (entry.state !== 'kept') this.#replace(entry.id, { author });
    this.#changed();
  }

  /** Forgets the entries of this page but leaves them on the shelf. */
  putAside(): void {
    this.#entries = [];
    this.#changed();
  }

  #next(): void {
    if (!this.#open || this.#busy || this.#timer !== undefined) return;
    const entry = this.#entries.find((candidate) => candidate.state === 'queued');
    if (entry === undefined) return;
    this.#busy = true;
    void this.#send(entry, this.#opening);
  }

  async #send(entry: Pending, opening: number): Promise<void> {
    this.#replace(entry.id, { state: 'sending', triedAt: entry.triedAt ?? Date.now() });
    this.#options.onChange();
    const answer = await this.#options.send({ message: entry.text, id: entry.id });
    if (answer.ok) {
      this.#confirm(entry.id, answer.value);
    } else if (opening !== this.#opening || !this.#open) {
      return; // an answer of a connection that is gone says nothing
    } else if (isPassing(answer.failure)) {
      this.#replace(entry.id, { state: 'queued' });
      this.#wait();
    } else {
      this.#replace(entry.id, { state: 'failed', failure: answer.failure });
    }
    if (opening === this.#opening) this.#busy = false;
    this.#changed();
  }

  #confirm(id: string, kept: Kept): void {
    this.#backoff.reset();
    this.#options.shelf.remove(id);
    if (this.#options.isShown(kept.seq)) this.#entries = this.#entries.filter((entry) => entry.id !== id);
    this.#entries = this.#entries.map((entry) =>
      entry.id === id ? { ...entry, state: 'kept', at: kept.at } : entry,
    );
  }

  #wait(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#next();
    }, this.#backoff.next());
  }

  #find(id: string): Pending | undefined {
    return this.#entries.find((entry) => entry.id === id);
  }

  #replace(id: string, change: Partial<Pending>): void {
    this.#entries = this.#entries.map((entry) => {
      if (entry.id !== id) return entry;
      const next = { ...entry, ...change };
      this.#options.shelf.put(next);
      return next;
    });
  }

  #remove(id: string): void {
    this.#entries = this.#entries.filter((entry) => entry.id !== id);
    this.#options.shelf.remove(id);
    this.#changed();
  }

  #changed(): void {
    this.#options.onChange();
    this.#next();
  }
}
