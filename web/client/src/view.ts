import type { Act } from './act.js';
import { Canvas, type Op } from './canvas.js';
import type { Drafts, Draft } from './drafts.js';
import { Emitter } from './emitter.js';
import { Failure, failureOf } from './failure.js';
import { amend, react } from './fold.js';
import type { Outbox } from './outbox.js';
import { Patience } from './patience.js';
import type { ActName, In, Out } from './protocol/acts.js';
import type { Author, Cursor, Entry, Item, Message, Page, Room } from './protocol/forms.js';
import type { LiveRoom } from './room.js';
import type { Row } from './row.js';
import { STEP, Timeline } from './timeline.js';
import { uuidv7 } from './uuid.js';

/** What a view needs of its client. */
export interface ViewHost {
  readonly act: Act;
  readonly outbox: Outbox;
  readonly drafts: Drafts;
  readonly me: () => Author;
  readonly thread: (room: LiveRoom, root: number) => View;
  readonly closed: (view: View) => void;
}

interface ViewEvents {
  /** Rows, typists, the room or the state of loading are different now. At most once per turn. */
  change: View;
  /** The server lost and rewrote the end of the room: the rows are new. */
  reset: View;
}

/**
 * A room or a thread, open: a bounded part of its timeline that follows the
 * log, what one has written and is not kept yet, and what one can do there.
 */
export class View extends Emitter<ViewEvents> {
  readonly id: string;
  /** The number of the message that began the thread; undefined for the room itself. */
  readonly root: number | undefined;
  /** The rows are at the end of the room and whoever looks is too: what is far above may go. */
  following = true;
  /** Resolves when there are rows to show, also after a time without a connection. */
  readonly ready: Promise<void>;
  readonly #room: LiveRoom;
  readonly #host: ViewHost;
  readonly #timeline: Timeline;
  readonly #patience: Patience;
  readonly #canvas: Canvas;
  readonly #during = new Set<Entry[]>();
  #rows: readonly Row[] | undefined;
  #loading: 'all' | 'older' | 'newer' | undefined;
  #turn = 0;
  #failure: Failure | undefined;
  #at: number | undefined;
  #told = false;
  #uses = 0;
  #isReady: () => void = () => undefined;
  #thread: Out<'thread'> | undefined;

  constructor(room: LiveRoom, host: ViewHost, root?: number) {
    super();
    this.id = room.id;
    this.root = root;
    this.#room = room;
    this.#host = host;
    this.#timeline = new Timeline(root);
    this.#patience = new Patience(host.act);
    this.#canvas = new Canvas(host.me);
    this.ready = new Promise((resolve) => (this.#isReady = resolve));
  }

  /** Oldest first. The same array until something changes, the same row objects where nothing did. */
  get rows(): readonly Row[] {
    return (this.#rows ??= this.#draw());
  }

  get room(): Room {
    return this.#room.form;
  }

  /** The message that began the thread, and whether one follows it. */
  get thread(): { readonly root: Row; readonly read: number; readonly following: boolean } | undefined {
    const { root = 0 } = this;
    const loaded = this.#thread;
    const item = this.#rootLine.find(root);
    return loaded && item && { ...loaded, root: this.#canvas.row(item) };
  }

  readonly #rootLine = new Timeline();

  /** Which way rows are being fetched. */
  get loading(): 'all' | 'older' | 'newer' | undefined {
    return this.#loading;
  }

  /** Why the last fetch failed; it is made again by asking for it, or by itself with the next connection. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  get loaded(): boolean {
    return this.#timeline.loaded;
  }

  /** Nothing is newer than the last row. */
  get atEnd(): boolean {
    return this.#timeline.atEnd;
  }

  /** Nothing is older than the first row. */
  get atBeginning(): boolean {
    return this.loaded && this.#timeline.before === undefined;
  }

  get typists(): readonly Author[] {
    return this.#room.typing(this.root).typists;
  }

  /** How far others have read, by person, of those who show it and whom this connection heard of. */
  get readers(): ReadonlyMap<string, number> {
    return this.#room.readers;
  }

  get draft(): Draft | undefined {
    return this.#host.drafts.get(this.id, this.root);
  }

  set draft(draft: Draft | undefined) {
    this.#host.drafts.set(this.id, draft ?? { text: '' }, this.root);
  }

  /** Shows the message at once and sends it as soon as that is possible, once. */
  send(message: string | { readonly text: string; readonly reply?: number }): Row {
    const { text, reply } = typeof message === 'string' ? { text: message, reply: undefined } : message;
    const { id: room, root: thread } = this;
    const pending = this.#host.outbox.add({ room, text, ...(reply && { reply }), ...(thread && { thread }) });
    this.draft = undefined;
    this.#room.typing(thread).sent();
    if (!this.atEnd && this.loaded) void this.jumpToLatest();
    return this.rows.find((row) => row.id === pending.id) ?? this.#canvas.pending(pending);
  }

  /** Sends a failed message again, under the same id. */
  retry(id: string): void {
    this.#host.outbox.retry(id);
  }

  /** Takes a message back that was refused or still waits: its text, or undefined if it is too late. */
  discard(id: string): string | undefined {
    return this.#host.outbox.discard(id)?.text;
  }

  edit(seq: number, text: string): Promise<Cursor> {
    const edited = (item: Message) => amend(item, { text, edited: { at: Date.now(), seq: 0 } });
    return this.#optimistic(seq, edited, 'message-edit', { room: this.id, seq, text, id: uuidv7() });
  }

  delete(seq: number): Promise<Cursor> {
    const gone = { text: '', deleted: true, deletedBy: this.#host.me(), reactions: undefined };
    const input = { room: this.id, seq, id: uuidv7() };
    return this.#optimistic(seq, (item) => amend(item, gone), 'message-delete', input);
  }

  /** Puts an emoji on a message, or takes one's own off. */
  react(seq: number, emoji: string, on = true): Promise<Cursor> {
    const me = this.#host.me().id;
    const name = on ? 'message-react' : 'message-unreact';
    const input = { room: this.id, seq, emoji, id: uuidv7() };
    return this.#optimistic(seq, (item) => react(item, emoji, me, on, me), name, input);
  }

  pin(seq: number, on = true): Promise<Cursor> {
    const input = { room: this.id, seq, id: uuidv7() };
    const pinned = (item: Message) => amend(item, { pinned: on || undefined });
    return this.#optimistic(seq, pinned, on ? 'message-pin' : 'message-unpin', input);
  }

  /** Keeps a message for oneself. */
  async save(seq: number, on = true): Promise<void> {
    const op: Op = { change: (item) => amend(item, { saved: on || undefined }), until: Infinity };
    this.#add(seq, op);
    try {
      await this.#host.act(on ? 'save' : 'unsave', { room: this.id, seq });
      this.saved(seq, on);
    } finally {
      this.#drop(seq, op);
    }
  }

  /** One is typing: call it on every change of the composer. */
  typing(): void {
    this.#room.typing(this.root).keystroke();
  }

  /** Says that one has read up to there; without a number, all that is shown. */
  markRead(seq = this.#timeline.items.at(-1)?.seq ?? 0): void {
    const { id: room, root: thread } = this;
    if (thread === undefined) this.#room.markRead(seq);
    else if (seq > (this.#thread?.read ?? 0) && this.#thread !== undefined) {
      this.#thread = { ...this.#thread, read: seq };
      this.#host.act('read', { room, seq, thread }).catch(() => undefined);
    }
  }

  async loadOlder(): Promise<void> {
    const { before } = this.#timeline;
    if (this.#loading !== undefined || before === undefined) return;
    await this.#load('older', { before }, (page) => this.#timeline.older(page, before));
  }

  async loadNewer(): Promise<void> {
    const { after } = this.#timeline;
    if (this.#loading !== undefined || !after) return;
    await this.#load('newer', { after }, (page) => this.#timeline.newer(page, after));
  }

  /** Shows what is around a message, as for a link to it. */
  async jumpTo(seq: number): Promise<void> {
    if (this.#timeline.find(seq) !== undefined) return;
    this.#at = seq;
    const around = this.root === undefined ? { around: seq } : { after: seq - 1 };
    await this.#load('all', around, (page) => this.#timeline.replace(page));
  }

  async jumpToLatest(): Promise<void> {
    this.following = true;
    this.#at = undefined;
    if (this.atEnd) return;
    await this.#load('all', {}, (page) => this.#timeline.replace(page));
  }

  /** Opens the thread that the message begins; close it like a room. */
  openThread(seq: number): View {
    return this.#host.thread(this.#room, seq);
  }

  /** Nobody looks any more. The rows stay for a while, in case somebody comes back. */
  close(): void {
    if (this.#uses === 0) return;
    this.#uses -= 1;
    if (this.#uses === 0) this.#host.closed(this);
  }

  /** @internal */
  get used(): boolean {
    return this.#uses > 0;
  }

  /** @internal */
  use(): this {
    this.#uses += 1;
    return this;
  }

  /** Connected: fetches what could not be fetched. @internal */
  online(): void {
    this.#patience.online();
    if (this.loaded && this.#loading !== 'all') return;
    const query = this.#at === undefined ? {} : { around: this.#at };
    void this.#load('all', query, (page) => this.#timeline.replace(page));
  }

  /** @internal */
  applied(entry: Entry): void {
    for (const during of this.#during) during.push(entry);
    const me = this.#host.me().id;
    if (this.#timeline.apply(entry, me, this.following)) this.changed();
    if (this.root !== undefined && this.#rootLine.apply(entry, me, true)) this.changed();
    if (this.#canvas.told(entry.seq)) this.changed();
  }

  /** @internal */
  reset(page: Page): void {
    this.#turn += 1;
    this.#loading = undefined;
    this.#canvas.clear();
    this.#at = undefined;
    if (this.root === undefined) this.#timeline.replace(page);
    else void this.#load('all', {}, (fresh) => this.#timeline.replace(fresh));
    this.emit('reset', this);
    this.changed();
  }

  /** @internal */
  saved(seq: number, on: boolean): void {
    const change = (item: Item) => amend(item, { saved: on || undefined });
    if (this.#timeline.patch(seq, change)) this.changed();
  }

  /** @internal */
  changed(): void {
    this.#rows = undefined;
    if (this.#told) return;
    this.#told = true;
    queueMicrotask(() => {
      this.#told = false;
      this.emit('change', this);
    });
  }

  async #load(way: 'all' | 'older' | 'newer', query: object, take: (page: Page) => void): Promise<void> {
    const turn = ++this.#turn;
    const during: Entry[] = [];
    this.#during.add(during);
    this.#loading = way;
    this.#failure = undefined;
    this.changed();
    try {
      const page = await this.#ask(query);
      if (turn !== this.#turn) return;
      take(page);
      // The page is of one moment, and the log went on meanwhile.
      for (const entry of during) this.#timeline.apply(entry, this.#host.me().id, this.following);
      this.#isReady();
    } catch (error) {
      if (turn === this.#turn) this.#failure = failureOf(error);
    } finally {
      this.#during.delete(during);
      if (turn === this.#turn && !(way === 'all' && this.#failure?.passing === true))
        this.#loading = undefined;
      this.changed();
    }
  }

  async #ask(query: object): Promise<Page> {
    const { id: room, root: seq } = this;
    if (seq === undefined) return this.#host.act('history', { room, limit: STEP, ...query });
    const thread = await this.#host.act('thread', { room, seq, limit: STEP, ...query });
    this.#thread = thread;
    this.#rootLine.replace({ items: [thread.root], head: thread.page.head });
    return thread.page;
  }

  async #optimistic<A extends ActName>(
    seq: number,
    change: Op['change'],
    name: A,
    input: In<A>,
  ): Promise<Cursor> {
    const op: Op = { change, until: Infinity };
    this.#add(seq, op);
    try {
      const cursor = (await this.#patience.act(name, input)) as Cursor;
      op.until = cursor.seq;
      if (cursor.seq <= this.#room.log.cursor.seq) this.#drop(seq, op);
      return cursor;
    } catch (error) {
      this.#drop(seq, op);
      throw error;
    }
  }

  #add(seq: number, op: Op): void {
    this.#canvas.add(seq, op);
    this.changed();
  }

  #drop(seq: number, op: Op): void {
    this.#canvas.drop(seq, op);
    this.changed();
  }

  #draw(): readonly Row[] {
    const rows = this.#canvas.draw(this.#timeline.items);
    if (!this.atEnd && this.loaded) return rows;
    const through = this.loaded ? this.#room.log.cursor.seq : 0;
    const shown = new Set(rows.map(({ id }) => id));
    const pending = this.#host.outbox
      .of(this.id, this.root)
      .filter(({ id, state, seq }) => !shown.has(id) && (state !== 'sent' || seq > through));
    return [...rows, ...pending.map((one) => this.#canvas.pending(one))];
  }
}
