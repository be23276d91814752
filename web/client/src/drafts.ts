import type { Keeper } from './storage.js';

const KEEP_AFTER_MS = 300;

export interface Draft {
  readonly text: string;
  readonly reply?: number;
}

interface Kept extends Draft {
  readonly at: number;
}

/**
 * What stands in the composers, by room and thread. Each tab writes its own, so
 * that two do not overwrite each other; a new tab begins with the newest.
 */
export class Drafts {
  readonly #keeper: Keeper;
  readonly #tab: string;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #drafts = new Map<string, Kept>();
  /** The keys that hold what a place shows here. */
  readonly #keys = new Map<string, Set<string>>();
  #owner = '';

  constructor(keeper: Keeper, tab: string) {
    this.#keeper = keeper;
    this.#tab = tab;
  }

  async restore(owner: string): Promise<void> {
    if (this.#owner !== '' && this.#owner !== owner) this.#drafts.clear();
    this.#owner = owner;
    const found = new Map<string, Kept>();
    const owned = await this.#keeper.list(`draft/${owner}/`);
    // Begun before anybody knew by whom: theirs who comes first.
    const unowned = owner === '' ? [] : await this.#keeper.list('draft//');
    if (this.#owner !== owner) return;
    for (const [old, value] of [...owned, ...unowned]) {
      const [, , room = '', thread = '', tab = ''] = old.split('/');
      const [place, kept] = [`${room}/${thread}`, value as Kept];
      const key = `draft/${owner}/${place}/${tab}`;
      if (key !== old) {
        this.#keeper.set(key, kept);
        this.#keeper.delete(old);
      }
      this.#keysOf(place).add(key);
      // One's own goes before the newest of others.
      const mine = tab === this.#tab ? { ...kept, at: Infinity } : kept;
      if (mine.at > (found.get(place)?.at ?? 0)) found.set(place, mine);
    }
    for (const [place, kept] of found) if (!this.#drafts.has(place)) this.#drafts.set(place, kept);
  }

  get(room: string, thread?: number): Draft | undefined {
    return this.#drafts.get(`${room}/${thread ?? ''}`);
  }

  /** The rooms in which something is begun. */
  get rooms(): string[] {
    return [...new Set([...this.#drafts.keys()].map((place) => place.split('/')[0] ?? ''))];
  }

  /** An empty text forgets it. */
  set(room: string, draft: Draft, thread?: number): void {
    const place = `${room}/${thread ?? ''}`;
    clearTimeout(this.#timers.get(place));
    if (draft.text === '') {
      this.#drafts.delete(place);
      this.#timers.delete(place);
      for (const key of this.#keysOf(place)) this.#keeper.delete(key);
      this.#keys.delete(place);
      return;
    }
    this.#drafts.set(place, { ...draft, at: Date.now() });
    this.#timers.set(
      place,
      setTimeout(() => this.#keep(place), KEEP_AFTER_MS),
    );
  }

  /** Keeps everything now: the page may be gone in a moment. */
  flush(): void {
    for (const [place, timer] of this.#timers) {
      clearTimeout(timer);
      this.#keep(place);
    }
  }

  #keep(place: string): void {
    this.#timers.delete(place);
    const key = `draft/${this.#owner}/${place}/${this.#tab}`;
    this.#keysOf(place).add(key);
    this.#keeper.set(key, this.#drafts.get(place));
  }

  #keysOf(place: string): Set<string> {
    const keys = this.#keys.get(place) ?? new Set();
    this.#keys.set(place, keys);
    return keys;
  }
}
