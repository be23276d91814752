import type { Client, Room } from '@causerie/client';
import { sectionsOf, type Sections } from '../models/sections';
import { session } from './session.svelte';

/** The rooms one is in or invited to. */
class RoomsState {
  /** The one with the newest message first. Rooms are new objects when something changed in them. */
  list = $state.raw<readonly Room[]>([]);
  /** The list has been told, though it may be empty. */
  known = $state(false);
  /** Rooms in which a message is begun. */
  drafts = $state.raw<ReadonlySet<string>>(new Set());
  readonly sections: Sections = $derived(sectionsOf(this.list));
  readonly #byId: ReadonlyMap<string, Room> = $derived(new Map(this.list.map((room) => [room.id, room])));
  #client: Client | undefined;

  constructor() {
    session.follow((client) => {
      this.#client = client;
      this.list = [];
      this.known = false;
      client.on('rooms', (rooms) => {
        this.list = rooms;
        this.known = true;
        this.lookForDrafts();
      });
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
}

export const rooms = new RoomsState();
