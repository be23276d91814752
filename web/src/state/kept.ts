import type { Me, Room, Row, Server, Storage } from '@causerie/client';

const HOUSE = 'app/house';
const PAGES = 'app/page/';
/** Of so many rooms the newest messages are kept, and so many of each. */
const MOST_PAGES = 12;
const MOST_ROWS = 50;

/** Who one was, and which rooms there were. */
export interface House {
  readonly me: Me;
  readonly server?: Server | undefined;
  readonly rooms: readonly Room[];
}

interface Page {
  readonly at: number;
  readonly rows: readonly Row[];
}

/**
 * What this browser showed last, for showing it until the server has told what
 * is now: the next start waits for no network. Nothing here is the truth, and
 * all of it goes when one signs out. A storage that refuses keeps nothing.
 */
export class Kept {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  async house(): Promise<House | undefined> {
    return (await this.#storage.get(HOUSE).catch(() => undefined)) as House | undefined;
  }

  keepHouse(house: House): void {
    this.#storage.set(HOUSE, house).catch(() => undefined);
  }

  /** The newest messages of a room, oldest first; none if it was not open lately. */
  async page(room: string): Promise<readonly Row[]> {
    const page = (await this.#storage.get(PAGES + room).catch(() => undefined)) as Page | undefined;
    return page?.rows ?? [];
  }

  /** Takes what the log tells of the room's end. What is on its way is kept in the outbox. */
  keepPage(room: string, rows: readonly Row[]): void {
    const told = rows.filter(({ seq, state, pending }) => seq > 0 && state === 'sent' && pending !== true);
    const page: Page = { at: Date.now(), rows: told.slice(-MOST_ROWS) };
    this.#storage.set(PAGES + room, page).catch(() => undefined);
  }

  /** Lets go of rooms that were not open for long. */
  async tidy(): Promise<void> {
    await this.#drop(MOST_PAGES);
  }

  /** Lets go of everything: somebody else may sit here next. */
  async forget(): Promise<void> {
    await Promise.all([this.#storage.delete(HOUSE).catch(() => undefined), this.#drop(0)]);
  }

  async #drop(spare: number): Promise<void> {
    const pages = await this.#storage.list(PAGES).catch(() => []);
    const old = pages.sort(([, a], [, b]) => (b as Page).at - (a as Page).at).slice(spare);
    await Promise.all(old.map(([key]) => this.#storage.delete(key).catch(() => undefined)));
  }
}
