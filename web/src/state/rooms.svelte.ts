import type { Client, Room } from '@causerie/client';
import { quieted, unreadMarks, type Mark } from '../models/quiet';
import { sectionsOf, type Sections } from '../models/sections';
import { attempt } from './explain';
import { preferences } from './preferences.svelte';
import { session } from './session.svelte';
import { toasts } from './toasts.svelte';

/** What is new is kept for the next visit so much later, all at once. */
const KEEP_AFTER_MS = 2000;

/** The rooms one is in or invited to. */
class RoomsState {
  #told = $state.raw<readonly Room[]>([]);
  /** The list has been told, though it may be empty. */
  known = $state(false);
  /** Rooms that were said to be read, as long as that can be taken back. */
  #marks = $state.raw<ReadonlyMap<string, Mark>>(new Map());
  /**
   * The one with the newest message first, as of the last visit until the list
   * is told. Rooms are new objects when something changed in them.
   */
  readonly list: readonly Room[] = $derived.by(() => {
    const rooms = this.known ? this.#told : (session.recalled?.rooms ?? []);
    return this.#marks.size === 0 ? rooms : rooms.map((room) => quieted(room, this.#marks.get(room.id)));
  });
  /** The list is that of the last visit. */
  readonly recalled: boolean = $derived(!this.known && session.recalled !== undefined);
  /** Rooms in which a message is begun. */
  drafts = $state.raw<ReadonlySet<string>>(new Set());
  readonly sections: Sections = $derived(sectionsOf(this.list));
  readonly #byId: ReadonlyMap<string, Room> = $derived(new Map(this.list.map((room) => [room.id, room])));
  #client: Client | undefined;
  #keeping: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    session.follow((client) => {
      this.#client = client;
      this.#told = [];
      this.#marks = new Map();
      this.known = false;
      client.on('rooms', (rooms) => {
        this.#told = rooms;
        this.known = true;
        this.lookForDrafts();
        this.#keeping ??= setTimeout(() => this.#keep(), KEEP_AFTER_MS);
      });
    });
    // What could be taken back until now cannot be after this page.
    addEventListener('pagehide', () => {
      void this.#markRead();
      this.#keep();
    });
  }

  get(id: string): Room | undefined {
    return this.#byId.get(id);
  }

  /** Something was written or thrown away in a composer. */
  lookForDrafts(): void {
    const found = new Set(this.#client?.drafts.rooms);
    if (found.size !== this.drafts.size || [...found].some((room) => !this.drafts.has(room)))
      this.drafts = found;
  }

  /**
   * Everything is read. The server does not know of reading less, so it is told
   * when the toast that offers to take it back has gone.
   */
  markAllRead(): void {
    const text = preferences.text.shell;
    void this.#markRead();
    const marks = unreadMarks(this.list);
    if (marks.size === 0) return toasts.tell(text.nothingUnread);
    this.#marks = marks;
    toasts.tell(text.allRead(marks.size), {
      action: { label: text.undo, act: () => (this.#marks = new Map()) },
      gone: () => void this.#markRead(),
    });
  }

  /** Tells the server what is marked. The marks stay until its own counts have come. */
  async #markRead(): Promise<void> {
    const [client, marks] = [this.#client, this.#marks];
    if (client === undefined || marks.size === 0) return;
    for (const [room, { seq }] of marks) {
      const done = await attempt(client.act('read', { room, seq }).then(() => client.act('room', { room })));
      // The next ones would be refused as well.
      if (done === undefined) break;
    }
    if (this.#marks === marks) this.#marks = new Map();
  }

  /** Keeps the list for the next visit. */
  #keep(): void {
    clearTimeout(this.#keeping);
    this.#keeping = undefined;
    const { me, server } = session;
    if (this.known && me !== undefined) session.kept?.keepHouse({ me, server, rooms: this.#told });
  }
}

export const rooms = new RoomsState();
