import type { Act } from './act.js';
import type { Drafts } from './drafts.js';
import type { Outbox } from './outbox.js';
import type { People } from './people.js';
import type { Told } from './protocol/acts.js';
import type { Author, Cursor, Entry, Page, Room } from './protocol/forms.js';
import { LiveRoom, type RoomHost } from './room.js';
import { Sync } from './sync.js';
import { View, type ViewHost } from './view.js';

/** So many closed rooms are kept up to date, for whoever comes back to them. */
const MOST_CLOSED = 8;

export interface RoomsHost {
  readonly act: Act;
  readonly outbox: Outbox;
  readonly drafts: Drafts;
  readonly people: People;
  readonly everyRoom: boolean;
  readonly online: () => boolean;
  readonly me: () => Author;
  readonly changed: () => void;
  readonly removed: (told: Told['room-removed']) => void;
  readonly entry: (entry: Entry) => void;
  readonly typing: (room: string, thread?: number) => void;
  readonly random?: () => number;
}

/** All rooms, and the views of those that are open. */
export class Rooms {
  readonly #host: RoomsHost;
  readonly #rooms = new Map<string, LiveRoom>();
  /** Those one is in or invited to. */
  readonly #listed = new Set<string>();
  /** Those whose log was once joined: the others begin at the end. */
  readonly #joined = new Set<string>();
  /** By room, or room and thread; in the order of last use. */
  readonly #views = new Map<string, View>();
  readonly #refreshing = new Set<string>();
  readonly #sync: Sync;
  readonly #viewHost: ViewHost;
  #list: readonly Room[] | undefined;
  #told = false;

  constructor(host: RoomsHost) {
    this.#host = host;
    const { act, outbox, drafts, me } = host;
    this.#viewHost = {
      act,
      outbox,
      drafts,
      me,
      thread: (room, root) => this.open(room.id, root),
      closed: (view) => this.#closed(view),
    };
    this.#sync = new Sync({
      act: host.act,
      online: host.online,
      reset: (room, page, head, lost) => this.#reset(room, page, head, lost),
      gone: (room) => this.#gone(room.id),
    });
  }

  get list(): readonly Room[] {
    return (this.#list ??= [...this.#listed]
      .flatMap((id) => this.#rooms.get(id)?.form ?? [])
      .sort((a, b) => (b.latest?.at ?? b.created) - (a.latest?.at ?? a.created)));
  }

  open(id: string, thread?: number): View {
    const key = `${id}/${thread ?? ''}`;
    const view = this.#views.get(key) ?? new View(this.#live(id), this.#viewHost, thread);
    this.#views.delete(key);
    this.#views.set(key, view);
    if (!view.used && !view.loaded && this.#host.online()) view.online();
    return view.use();
  }

  /** Where the rooms are that must not have a hole. Those that `space` bytes of JSON have no room for are asked for after welcome. */
  cursors(space: number): Record<string, Cursor> {
    const cursors: Record<string, Cursor> = {};
    for (const id of this.#joined) {
      const room = this.#rooms.get(id);
      if (room?.form.me.state !== 'joined' || !this.#isWatched(id)) continue;
      space -= JSON.stringify([id, room.log.cursor]).length;
      if (space < 0) break;
      cursors[id] = room.log.cursor;
    }
    return cursors;
  }

  welcome({ rooms, resumed }: Told['welcome']): void {
    const before = [...this.#listed];
    this.#listed.clear();
    for (const form of rooms) {
      this.#listed.add(form.id);
      const room = this.#live(form.id, form);
      const watched = this.#joined.has(form.id) && this.#isWatched(form.id);
      room.told(form);
      const missed = resumed?.[form.id];
      if (!watched) this.#join(room, form.head);
      else if (missed !== undefined) this.#sync.take(room, missed);
      else if (room.log.cursor.seq !== form.head.seq || room.log.cursor.fp !== form.head.fp)
        this.#sync.want(room);
    }
    for (const id of before) if (!this.#listed.has(id)) this.#gone(id);
    for (const [id, room] of this.#rooms) if (!this.#listed.has(id)) this.#refresh(room);
    for (const view of this.#views.values()) view.online();
    this.#sync.open();
    this.#changed();
  }

  lost(): void {
    for (const room of this.#rooms.values()) room.silent();
  }

  end(): void {
    this.lost();
    this.#sync.end();
  }

  entry(entry: Entry): void {
    const room = this.#rooms.get(entry.room);
    if (room !== undefined && this.#joined.has(entry.room)) room.log.receive(entry);
  }

  reset({ room, head, page }: Told['reset']): void {
    const live = this.#rooms.get(room);
    if (live !== undefined) this.#reset(live, page, head, true);
  }

  added(form: Room): void {
    const known = this.#listed.has(form.id);
    this.#listed.add(form.id);
    const room = this.#live(form.id, form);
    room.told(form);
    if (!known && this.#joined.has(form.id) && this.#isWatched(form.id)) this.#sync.want(room);
    else if (!known) this.#join(room, form.head);
    for (const view of this.#viewsOf(form.id)) view.online();
    this.#changed();
  }

  removed(told: Told['room-removed']): void {
    this.#listed.delete(told.room);
    this.#rooms.get(told.room)?.left();
    this.#host.removed(told);
    this.#changed();
  }

  read({ room, person, seq, thread }: Told['read']): void {
    if (thread === undefined) this.#rooms.get(room)?.readBy(person, seq);
  }

  typing({ room, person, thread }: Told['typing']): void {
    if (person.id !== this.#host.me().id) this.#rooms.get(room)?.typing(thread).heard(person);
  }

  saved({ room, seq, saved }: Told['saved']): void {
    for (const view of this.#viewsOf(room)) view.saved(seq, saved);
  }

  /** What is written there shows differently now. */
  drawn(room?: string): void {
    for (const view of this.#views.values()) if (room === undefined || view.id === room) view.changed();
  }

  #live(id: string, form?: Room): LiveRoom {
    let room = this.#rooms.get(id);
    if (room === undefined) {
      room = new LiveRoom(form ?? unknown(id), this.#roomHost);
      this.#rooms.set(id, room);
      if (form === undefined) this.#refresh(room);
    }
    return room;
  }

  #join(room: LiveRoom, head: Cursor): void {
    this.#joined.add(room.id);
    room.log.jump(head);
  }

  #reset(room: LiveRoom, page: Page, head: Cursor, lost: boolean): void {
    for (const view of this.#viewsOf(room.id)) view.reset(page);
    room.jump(head);
    if (lost) this.#host.outbox.offerAgain(room.id);
  }

  /** There is no log to go on with; an invitation has none yet. */
  #gone(id: string): void {
    if (this.#rooms.get(id)?.form.me.state === 'joined') this.removed({ room: id });
  }

  /** Asks once at a time for what the entries do not tell. */
  #refresh(room: LiveRoom): void {
    if (this.#refreshing.has(room.id) || !this.#host.online()) return;
    this.#refreshing.add(room.id);
    this.#host
      .act('room', { room: room.id })
      .then(
        ({ room: form }) => room.told(form),
        () => undefined,
      )
      .finally(() => this.#refreshing.delete(room.id));
  }

  #isWatched(id: string): boolean {
    return this.#host.everyRoom || this.#viewsOf(id).length > 0;
  }

  #viewsOf(id: string): View[] {
    return [...this.#views.values()].filter((view) => view.id === id);
  }

  #closed(view: View): void {
    if (view.root !== undefined) this.#views.delete(`${view.id}/${view.root}`);
    const closed = [...this.#views].filter(([, one]) => !one.used);
    for (const [key] of closed.slice(0, -MOST_CLOSED)) this.#views.delete(key);
  }

  #changed(): void {
    this.#list = undefined;
    if (this.#told) return;
    this.#told = true;
    queueMicrotask(() => {
      this.#told = false;
      this.#host.changed();
    });
  }

  readonly #roomHost: RoomHost = {
    me: () => this.#host.me().id,
    blocked: (person) => this.#host.people.blocked.has(person),
    applied: (room, entry) => {
      for (const view of this.#viewsOf(room.id)) view.applied(entry);
      this.#host.outbox.seen(entry.id, entry.seq);
      this.#host.entry(entry);
    },
    broken: (room) => this.#sync.want(room),
    changed: (room) => {
      for (const view of this.#viewsOf(room.id)) view.changed();
      this.#changed();
    },
    refresh: (room) => this.#refresh(room),
    mark: (room, seq) => this.#host.act('read', { room: room.id, seq }),
    typing: (room, thread) => this.#host.typing(room.id, thread),
    typed: (room, thread) => {
      for (const view of this.#viewsOf(room.id)) if (view.root === thread) view.changed();
    },
  };
}

/** A room of which nothing has been heard yet. */
function unknown(id: string): Room {
  return {
    id,
    kind: 'public',
    name: '',
    topic: '',
    description: '',
    archived: false,
    slow: 0,
    created: 0,
    members: 0,
    me: { state: 'none', rank: 'member', favourite: false, notify: 'all' },
    head: { seq: 0, fp: '0000000000000000' },
    read: 0,
    unread: 0,
    mentions: 0,
  };
}
