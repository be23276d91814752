import { Backoff } from './backoff.js';
import { failureOf, type Failure, type Reason } from './failure.js';
import type { Keeper } from './storage.js';
import { uuidv7 } from './uuid.js';

/**
 * The server recognises an id for at least 24 hours. A message that may already
 * have reached it is not sent by itself after that: it could appear twice.
 */
const RECOGNISED_MS = 20 * 60 * 60 * 1000;
/** So long an acknowledged message is kept, to be offered again to a server that lost it. */
const REPAIR_MS = 10 * 60 * 1000;
/** A tab that holds messages says so this often; one that is silent for longer than ABANDONED is gone. */
const ALIVE_EVERY_MS = 5000;
const ABANDONED_MS = 15_000;

/** A message of ours on its way. */
export interface Pending {
  readonly id: string;
  readonly room: string;
  readonly author: string;
  readonly text: string;
  readonly reply?: number;
  readonly thread?: number;
  readonly at: number;
  /** When it first left for the server, or null if it certainly never did. */
  readonly triedAt: number | null;
  readonly state: 'queued' | 'sending' | 'sent' | 'failed';
  readonly failure?: Reason;
  /** Its place in the room once it is sent. */
  readonly seq: number;
  readonly sentAt?: number;
  /** The tab or process that sends it. */
  readonly tab: string;
}

export interface OutboxOptions {
  readonly keeper: Keeper;
  readonly tab: string;
  readonly send: (message: Pending) => Promise<{ seq: number; at: number }>;
  readonly changed: (room: string) => void;
  /** It is not sent any more unless somebody says so. */
  readonly failed: (message: Pending) => void;
  /** The time of the server, for showing. */
  readonly now: () => number;
  readonly random?: () => number;
}

interface Lane {
  busy: boolean;
  timer?: ReturnType<typeof setTimeout> | undefined;
  readonly backoff: Backoff;
}

/**
 * What is written waits here until the server has acknowledged it. One message
 * of a room is under way at a time, so the order of writing is the order in the
 * room; rooms do not wait for each other, and a message that is refused for
 * good steps aside. A second send of one id is the same message to the server,
 * so several tabs can only be late with one, never double it.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #lanes = new Map<string, Lane>();
  #entries: readonly Pending[] = [];
  /** The shelf may have been read before it forgot them. */
  readonly #removed = new Set<string>();
  #reading = 0;
  #author = '';
  #open = false;
  #opening = 0;
  #alive: ReturnType<typeof setInterval> | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** In the order of writing: all of a room that its log has not shown yet. */
  of(room: string, thread?: number): readonly Pending[] {
    return this.#entries.filter((entry) => entry.room === room && entry.thread === thread);
  }

  /** How many have not been acknowledged. */
  get waiting(): number {
    return this.#entries.filter((entry) => entry.state !== 'sent').length;
  }

  /** Takes up what this person left behind, here or in tabs that are gone. */
  async restore(author: string): Promise<void> {
    if (this.#author !== author && this.#author !== '') {
      for (const room of this.#rooms()) this.#clearLane(room);
      this.#entries = [];
    }
    this.#author = author;
    for (const entry of this.#entries)
      if (entry.author === '') {
        this.#options.keeper.delete(keyOf(entry));
        this.#replace(entry.id, { author });
      }
    const { keeper, tab } = this.#options;
    const now = Date.now();
    this.#reading += 1;
    const [found, tabs] = [await keeper.list(`outbox/${author}/`), new Map(await keeper.list('tab/'))];
    // Written before anybody knew by whom: theirs who comes first.
    const unowned = author === '' ? [] : await keeper.list('outbox//');
    this.#reading -= 1;
    const removed = new Set(this.#removed);
    if (this.#reading === 0) this.#removed.clear();
    if (this.#author !== author) return;
    const known = new Set(this.#entries.map((entry) => entry.id));
    const kept = new Set(found.map(([key]) => key));
    for (const [key, value] of [...found, ...unowned]) {
      const entry = { ...(value as Pending), author };
      const gone = now - Number(tabs.get(`tab/${entry.tab}`) ?? 0) > ABANDONED_MS;
      const owned = key === keyOf(entry);
      if (removed.has(entry.id) || !(owned || gone || entry.tab === tab)) continue;
      if (known.has(entry.id)) {
        const ours = this.#find(entry.id);
        if (gone && ours?.tab !== tab) this.#replace(entry.id, { tab });
      } else if (entry.state !== 'sent' || now - (entry.sentAt ?? 0) < REPAIR_MS) {
        const stale = entry.state !== 'sent' && entry.triedAt !== null && now - entry.triedAt > RECOGNISED_MS;
        this.#entries = [...this.#entries, entry];
        if (stale) this.#fail(entry.id, { code: 'expired', message: '' });
        else if (gone || entry.tab === tab)
          this.#replace(entry.id, { tab, state: entry.state === 'sending' ? 'queued' : entry.state });
      } else keeper.delete(keyOf(entry));
      if (!owned) keeper.delete(key);
    }
    // What another tab has sent or thrown away is not on the shelf any more.
    this.#entries = this.#entries
      .filter((entry) => entry.tab === tab || kept.has(keyOf(entry)))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#changed();
  }

  add(message: { room: string; text: string; reply?: number; thread?: number }): Pending {
    const entry: Pending = {
      ...message,
      id: uuidv7(),
      author: this.#author,
      at: this.#options.now(),
      triedAt: null,
      state: 'queued',
      seq: 0,
      tab: this.#options.tab,
    };
    this.#entries = [...this.#entries, entry];
    this.#keep(entry);
    this.#changed(entry.room);
    return entry;
  }

  open(): void {
    this.#open = true;
    this.#opening += 1;
    for (const room of this.#rooms()) this.#clearLane(room);
    this.#changed();
  }

  /** The connection is gone; what was under way is sent again later. */
  close(): void {
    this.#open = false;
    for (const room of this.#rooms()) this.#clearLane(room);
    for (const entry of this.#entries)
      if (entry.state === 'sending' && entry.tab === this.#options.tab)
        this.#replace(entry.id, { state: 'queued' });
    this.#changed();
  }

  /** The log has shown it, whatever became of its ack. */
  seen(id: string, seq: number): void {
    const entry = this.#find(id);
    if (entry !== undefined && entry.state !== 'sent') this.#sent(entry, seq, entry.at);
  }

  /** Tries one again that was refused. */
  retry(id: string): void {
    const entry = this.#find(id);
    if (entry?.state !== 'failed') return;
    if (entry.failure?.code === 'id-taken') {
      const { room, text, reply, thread } = entry;
      this.#remove(entry);
      this.add({ room, text, ...(reply && { reply }), ...(thread && { thread }) });
      return;
    }
    this.#replace(id, { state: 'queued', failure: undefined, tab: this.#options.tab });
    this.#changed(entry.room);
  }

  /** Takes one back that was refused or still waits; undefined if it is too late. */
  discard(id: string): Pending | undefined {
    const entry = this.#find(id);
    if (entry?.state !== 'queued' && entry?.state !== 'failed') return undefined;
    this.#remove(entry);
    this.#changed(entry.room);
    return entry;
  }

  /** The server lost the end of a room: what it acknowledged lately is offered again. */
  offerAgain(room: string): void {
    for (const entry of this.#entries)
      if (entry.room === room && entry.state === 'sent' && entry.tab === this.#options.tab)
        this.#replace(entry.id, { state: 'queued', seq: 0 });
    this.#changed(room);
  }

  /** Leaves what is not sent on the shelf, for whoever comes next. */
  end(): void {
    this.close();
    clearInterval(this.#alive);
    this.#options.keeper.delete(`tab/${this.#options.tab}`);
  }

  #next(room: string): void {
    const lane = this.#lane(room);
    if (!this.#open || lane.busy || lane.timer !== undefined) return;
    const entry = this.#entries.find(
      (one) => one.room === room && one.state === 'queued' && one.tab === this.#options.tab,
    );
    if (entry === undefined) return;
    lane.busy = true;
    const opening = this.#opening;
    this.#replace(entry.id, { state: 'sending', triedAt: entry.triedAt ?? Date.now() });
    this.#options.changed(room);
    this.#options.send(entry).then(
      ({ seq, at }) => {
        lane.backoff.reset();
        const now = this.#find(entry.id);
        if (now !== undefined && now.state !== 'sent') this.#sent(now, seq, at);
        this.#answered(room, opening);
      },
      (error: unknown) => {
        // An answer of a connection that is gone says nothing.
        if (opening === this.#opening && this.#open) this.#refused(entry, failureOf(error), lane);
        this.#answered(room, opening);
      },
    );
  }

  #answered(room: string, opening: number): void {
    if (opening === this.#opening) this.#lane(room).busy = false;
    this.#changed(room);
  }

  #refused(entry: Pending, failure: Failure, lane: Lane): void {
    if (this.#find(entry.id)?.state !== 'sending') return;
    if (!failure.passing) {
      const { code, message } = failure;
      this.#fail(entry.id, { code, message });
      return;
    }
    this.#replace(entry.id, { state: 'queued' });
    lane.timer = setTimeout(() => {
      lane.timer = undefined;
      this.#next(entry.room);
    }, lane.backoff.next(failure.retryAfter));
  }

  #fail(id: string, failure: Reason): void {
    this.#replace(id, { state: 'failed', failure });
    const entry = this.#find(id);
    if (entry !== undefined) this.#options.failed(entry);
  }

  #sent(entry: Pending, seq: number, at: number): void {
    this.#replace(entry.id, { state: 'sent', seq, at, sentAt: Date.now(), failure: undefined });
    this.#changed(entry.room);
    for (const old of this.#entries)
      if (old.state === 'sent' && Date.now() - (old.sentAt ?? 0) > REPAIR_MS) this.#remove(old);
  }

  #lane(room: string): Lane {
    let lane = this.#lanes.get(room);
    if (lane === undefined) {
      lane = { busy: false, backoff: new Backoff(this.#options.random) };
      this.#lanes.set(room, lane);
    }
    return lane;
  }

  #clearLane(room: string): void {
    clearTimeout(this.#lanes.get(room)?.timer);
    this.#lanes.delete(room);
  }

  #rooms(): Set<string> {
    return new Set([...this.#lanes.keys(), ...this.#entries.map((entry) => entry.room)]);
  }

  #find(id: string): Pending | undefined {
    return this.#entries.find((entry) => entry.id === id);
  }

  #replace(id: string, change: { [K in keyof Pending]?: Pending[K] | undefined }): void {
    this.#entries = this.#entries.map((entry) => {
      if (entry.id !== id) return entry;
      const next = { ...entry, ...change } as Pending;
      this.#keep(next);
      return next;
    });
  }

  #keep(entry: Pending): void {
    this.#options.keeper.set(keyOf(entry), entry);
    this.#sayAlive();
  }

  #remove(entry: Pending): void {
    if (this.#reading > 0) this.#removed.add(entry.id);
    this.#entries = this.#entries.filter((one) => one.id !== entry.id);
    this.#options.keeper.delete(keyOf(entry));
  }

  #changed(room?: string): void {
    for (const one of room === undefined ? this.#rooms() : [room]) {
      this.#options.changed(one);
      this.#next(one);
    }
  }

  /** While something waits: tells other tabs that it is in good hands, and looks after theirs. */
  #sayAlive(): void {
    if (this.#alive !== undefined) return;
    const { keeper, tab } = this.#options;
    keeper.set(`tab/${tab}`, Date.now());
    this.#alive = setInterval(() => {
      if (this.waiting > 0) {
        keeper.set(`tab/${tab}`, Date.now());
        void this.restore(this.#author);
      } else {
        clearInterval(this.#alive);
        this.#alive = undefined;
        keeper.delete(`tab/${tab}`);
      }
    }, ALIVE_EVERY_MS);
    // A bot that has nothing else to do may end.
    (this.#alive as { unref?: () => void }).unref?.();
  }
}

const keyOf = (entry: Pending) => `outbox/${entry.author}/${entry.id}`;
