import { Backoff } from './backoff.js';
import type { Act } from './act.js';
import type { Cursor, Page, Resumed } from './protocol/forms.js';
import type { LiveRoom } from './room.js';

/** One question is about so many rooms at most, so that no answer holds up all others. */
const MOST_ASKED = 50;

export interface SyncHost {
  readonly act: Act;
  readonly online: () => boolean;
  /** The room's timeline is another one now. `lost`: the store lost what it had acknowledged. */
  readonly reset: (room: LiveRoom, page: Page, head: Cursor, lost: boolean) => void;
  readonly gone: (room: LiveRoom) => void;
  readonly random?: () => number;
}

/** Asks for what is missing, in one question at a time for all rooms that miss something. */
export class Sync {
  readonly #host: SyncHost;
  readonly #backoff: Backoff;
  readonly #wanted = new Map<string, LiveRoom>();
  /** Rooms whose last answer did not join: the second time they begin anew. */
  readonly #unjoined = new Set<string>();
  #asking = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: SyncHost) {
    this.#host = host;
    this.#backoff = new Backoff(host.random);
  }

  want(room: LiveRoom): void {
    this.#wanted.set(room.id, room);
    queueMicrotask(() => void this.#ask());
  }

  /** A new connection: what an old one was asked is asked again. */
  open(): void {
    this.#backoff.reset();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    queueMicrotask(() => void this.#ask());
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wanted.clear();
  }

  /** Takes what the server told of a room; true if the room is complete now. */
  take(room: LiveRoom, resumed: Resumed): void {
    if (resumed.gone) this.#host.gone(room);
    else if (resumed.reset && resumed.page)
      this.#host.reset(room, resumed.page, resumed.head ?? resumed.page.head, resumed.reason === 'diverged');
    else if (!room.log.caughtUp(resumed.entries ?? [])) {
      if (this.#unjoined.has(room.id)) return void this.#begin(room);
      this.#unjoined.add(room.id);
      return this.want(room);
    }
    this.#unjoined.delete(room.id);
  }

  async #ask(): Promise<void> {
    if (this.#asking || this.#timer !== undefined || !this.#host.online() || this.#wanted.size === 0) return;
    const asked = [...this.#wanted.values()].slice(0, MOST_ASKED);
    for (const { id } of asked) this.#wanted.delete(id);
    this.#asking = true;
    try {
      const cursors = Object.fromEntries(asked.map((room) => [room.id, room.log.cursor]));
      const { rooms } = await this.#host.act('resume', { rooms: cursors });
      this.#backoff.reset();
      for (const room of asked) {
        const resumed = rooms[room.id];
        if (resumed !== undefined) this.take(room, resumed);
      }
    } catch {
      for (const room of asked) this.#wanted.set(room.id, room);
      this.#later();
    } finally {
      this.#asking = false;
      if (this.#wanted.size > 0) queueMicrotask(() => void this.#ask());
    }
  }

  /** The answers do not join what is here: takes the end of the room as it is. */
  async #begin(room: LiveRoom): Promise<void> {
    this.#unjoined.delete(room.id);
    try {
      const page = await this.#host.act('history', { room: room.id });
      this.#host.reset(room, page, page.head, true);
    } catch {
      this.#wanted.set(room.id, room);
      this.#later();
    }
  }

  #later(): void {
    if (this.#timer !== undefined || !this.#host.online()) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#ask();
    }, this.#backoff.next());
  }
}
