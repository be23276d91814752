import type { Message, Room, Row, View } from '@causerie/client';
import { SvelteMap } from 'svelte/reactivity';
import { Days, type Day } from '../models/days';
import { stride } from '../models/stride';
import { around, boundsOf, grown, settled, type Bounds, type Stretch } from '../models/stretch';
import { rooms } from './rooms.svelte';
import { session } from './session.svelte';

/** A row is at least so high. */
const ROW_PX = 28;
/** How long a message that was jumped to stands out. */
const FLASH_MS = 2000;
/** What is new is kept for the next visit so much later, all at once. */
const KEEP_AFTER_MS = 1000;

/** A room or a thread that is open: what its view shows and what is marked in it. */
export class OpenRoom {
  readonly view: View;
  readonly #days = new Days();
  readonly #stops: (() => void)[];
  #version = $state(0);
  /** The newest messages as of the last visit. */
  #recalled = $state.raw<readonly Row[]>([]);
  readonly rows: readonly Row[] = $derived.by(() => {
    const { loaded, rows } = this.#now();
    if (loaded || this.#recalled.length === 0) return rows;
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing is drawn from it
    const known = new Set(this.#recalled.map(({ key }) => key));
    return [...this.#recalled, ...rows.filter(({ key }) => !known.has(key))];
  });
  /** What is shown is from the last visit. */
  readonly recalled: boolean = $derived.by(() => !this.#now().loaded && this.#recalled.length > 0);
  readonly room: Room = $derived.by(() => {
    const told = this.#now().room;
    // Nothing has been heard of it yet.
    return told.created > 0 ? told : (rooms.get(told.id) ?? told);
  });
  readonly loading = $derived.by(() => this.#now().loading);
  readonly loaded = $derived.by(() => this.#now().loaded);
  readonly failure = $derived.by(() => this.#now().failure);
  readonly atBeginning = $derived.by(() => this.#now().atBeginning && !this.moreAbove);
  readonly typists = $derived.by(() => this.#now().typists);
  readonly thread = $derived.by(() => this.#now().thread);
  /** The divider stands behind what was read when the room was opened. */
  #readTo = $state<number>();
  #stretch = $state.raw<Stretch>({});
  readonly #drawn: Bounds = $derived.by(() => boundsOf(this.rows, this.#stretch, stride.rows));
  /** There are loaded rows above those that are drawn, or below them. */
  readonly moreAbove: boolean = $derived.by(() => this.#drawn.from > 0);
  readonly moreBelow: boolean = $derived.by(() => this.#drawn.to < this.rows.length);
  /** What is drawn changes by more than what is written just now. */
  drawing = $state(false);
  readonly atEnd: boolean = $derived.by(() => this.#now().atEnd && !this.moreBelow);
  readonly days: readonly Day[] = $derived.by(() => {
    const { from, to } = this.#drawn;
    return this.#days.of(this.rows.slice(from, to), this.dividerAbove ? undefined : this.#readTo);
  });
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing is drawn from it
  readonly #bySeq = $derived(new Map(this.rows.map((row) => [row.seq, row])));
  /** How far the other one in a direct room has read, if they let one know. */
  readonly #seenTo: number = $derived.by(() => {
    const { readers, room } = this.#now();
    const other = room.kind === 'direct' && !this.inThread ? room.people?.[0]?.id : undefined;
    return other === undefined ? 0 : Math.max(readers.get(other) ?? 0, this.#receipt);
  });
  #receipt = $state(0);
  /** The last message of one's own that has been seen. */
  readonly seen: string | undefined = $derived(
    this.rows.findLast((row) => row.mine && row.seq > 0 && row.seq <= this.#seenTo)?.key,
  );
  /** The message that is being jumped to. */
  #aim: number | undefined;
  /** The message that was jumped to, for a moment. */
  flash = $state<number>();
  /** Whoever looks is at the end, and looks. */
  #watched = false;
  /** It is settled whether something was new when the room was opened. */
  #opened = false;
  /** The last message that was seen before the connection was lost. */
  #lostAt: number | undefined;
  #flashing: ReturnType<typeof setTimeout> | undefined;
  #keeping: ReturnType<typeof setTimeout> | undefined;
  /** Messages that replies answer and that are not among the rows; null where there is none. */
  readonly #quoted = new SvelteMap<number, Message | null>();
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing is drawn from it
  readonly #asked = new Set<number>();

  constructor(view: View) {
    this.view = view;
    this.#divide();
    this.#stops = [
      view.on('change', () => this.#changed()),
      view.on('reset', () => {
        this.#quoted.clear();
        this.#stretch = {};
      }),
      session.client.on('state', ({ name }) => {
        if (name !== 'online' && this.#watched && view.loaded && view.atEnd)
          this.#lostAt ??= view.rows.findLast(({ seq }) => seq > 0)?.seq;
      }),
    ];
    if (view.loaded) this.#settle();
    void view.ready.then(() => this.#askReceipts());
    if (view.root === undefined && !view.loaded) void this.#recall();
  }

  get inThread(): boolean {
    return this.view.root !== undefined;
  }

  /** How many messages of others have come since one was last at the end; 100 is more than 99. */
  readonly unread: number = $derived.by(() => {
    if (!this.inThread) return this.room.unread;
    const read = this.thread?.read ?? 0;
    return this.rows.filter((row) => row.seq > read && !row.mine && row.kind === 'message').length;
  });

  /** The first message behind the divider. */
  get oldestUnread(): Row | undefined {
    const readTo = this.#readTo;
    if (readTo === undefined) return undefined;
    return this.rows.find((row) => row.kind === 'message' && !row.mine && row.seq > readTo);
  }

  /** What is new begins above what is drawn. */
  get dividerAbove(): boolean {
    if (this.#readTo === undefined || !this.loaded) return false;
    const oldest = this.oldestUnread;
    return oldest === undefined || this.rows.indexOf(oldest) < this.#drawn.from;
  }

  /** Where the divider would stand, to load what is around it. */
  get readTo(): number | undefined {
    return this.#readTo;
  }

  /** Tells whether somebody is at the end and looks: then all is read. */
  watch(watched: boolean): void {
    this.#watched = watched;
    this.view.following = watched;
    if (watched && this.view.atEnd && this.view.loaded) this.view.markRead();
  }

  /** Somebody has seen what is new: the divider goes. */
  dismiss(): void {
    this.#readTo = undefined;
    if (this.view.atEnd && this.view.loaded) this.view.markRead();
  }

  /** A row that is loaded. */
  find(seq: number): Row | undefined {
    return this.#bySeq.get(seq);
  }

  /** The message that a reply answers: undefined until it is known, null if there is none. */
  quoted(seq: number): Message | Row | null | undefined {
    const row = this.#bySeq.get(seq);
    if (row !== undefined) return row;
    if (this.view.root === seq) return this.thread?.root;
    const known = this.#quoted.get(seq);
    if (known === undefined) void this.#ask(seq);
    return known;
  }

  /** Draws so many more rows in one direction. */
  grow(way: 'up' | 'down', by: number): void {
    this.#stretch = grown(this.rows, this.#drawn, way, by, this.view.atEnd);
  }

  /** Draws a loaded row and what is around it, if it is not there already. */
  drawAround(is: (row: Row) => boolean): void {
    const index = this.rows.findIndex(is);
    const { from, to } = this.#drawn;
    if (index < 0 || (index >= from && index < to)) return;
    this.#drawAround(index);
  }

  /** Draws the end. */
  drawEnd(): void {
    if (this.moreBelow) this.#stretch = {};
    this.#settle();
  }

  /** Draws a message, wherever it is. False if there is none. */
  async reach(seq: number): Promise<boolean> {
    this.#aim = seq;
    await this.view.jumpTo(seq);
    this.#aim = undefined;
    this.drawAround((row) => row.seq === seq);
    return this.view.rows.some((row) => row.seq === seq);
  }

  /** The same, and lets it stand out. */
  async show(seq: number): Promise<boolean> {
    if (!(await this.reach(seq))) return false;
    clearTimeout(this.#flashing);
    this.flash = seq;
    this.#flashing = setTimeout(() => (this.flash = undefined), FLASH_MS);
    return true;
  }

  close(): void {
    clearTimeout(this.#flashing);
    clearTimeout(this.#keeping);
    this.#keep();
    for (const stop of this.#stops) stop();
    this.view.close();
  }

  #now(): View {
    void this.#version;
    return this.view;
  }

  #changed(): void {
    this.#divide();
    this.#version += 1;
    if (this.view.loaded) this.#settle();
    this.#keeping ??= setTimeout(() => this.#keep(), KEEP_AFTER_MS);
    if (this.#watched && this.view.atEnd && this.view.loaded) this.view.markRead();
  }

  #settle(): void {
    const aim = this.#aim === undefined ? -1 : this.rows.findIndex(({ seq }) => seq === this.#aim);
    if (aim >= 0 && this.rows.every(({ key }) => key !== this.#stretch.first)) this.#drawAround(aim);
    else {
      const { first, last } = settled(this.rows, this.#stretch, stride.rows);
      // Somebody types, and nothing is drawn for it.
      if (first !== this.#stretch.first || last !== this.#stretch.last) this.#stretch = { first, last };
    }
  }

  #drawAround(index: number): void {
    this.#stretch = around(this.rows, index, Math.ceil(innerHeight / ROW_PX), this.view.atEnd);
  }

  async #recall(): Promise<void> {
    const rows = await session.kept?.page(this.view.id);
    if (rows !== undefined && !this.view.loaded) this.#recalled = rows;
  }

  /** Keeps the end of the room for the next visit. */
  #keep(): void {
    this.#keeping = undefined;
    const { id, root, loaded, atEnd, rows } = this.view;
    if (root === undefined && loaded && atEnd) session.kept?.keepPage(id, rows);
  }

  /** Sets the divider when something is new that nobody looks at, and leaves it there. */
  #divide(): void {
    if (this.#lostAt !== undefined && session.client.state.name === 'online') {
      // Nobody could look while there was no connection.
      if (this.view.room.unread > 0 && !this.inThread)
        this.#readTo = Math.max(this.#lostAt, this.view.room.read);
      this.#lostAt = undefined;
    }
    if (this.#readTo !== undefined || (this.#watched && this.#opened)) return;
    this.#opened = this.view.loaded;
    if (this.inThread) {
      const { thread } = this.view;
      if (thread !== undefined && thread.read > 0) this.#readTo = thread.read;
    } else if (this.view.room.unread > 0) {
      this.#readTo = this.view.room.read;
    }
  }

  /** What was read before this connection was made. */
  async #askReceipts(): Promise<void> {
    const { room, root, id } = this.view;
    const last = this.view.rows.findLast((row) => row.mine && row.seq > 0);
    if (room.kind !== 'direct' || root !== undefined || last === undefined) return;
    try {
      const { people } = await session.client.act('receipts', { room: id, seq: last.seq });
      const other = people.find(({ person }) => person.id === room.people?.[0]?.id);
      this.#receipt = other?.seq ?? 0;
    } catch {
      // Told live with the next message that is read.
      return;
    }
  }

  async #ask(seq: number): Promise<void> {
    if (this.#asked.has(seq)) return;
    this.#asked.add(seq);
    try {
      const { message } = await session.client.act('message', { room: this.view.id, seq });
      this.#quoted.set(seq, message);
    } catch (error) {
      const passing = (error as { passing?: boolean }).passing === true;
      if (passing) this.#asked.delete(seq);
      else this.#quoted.set(seq, null);
    }
  }
}
