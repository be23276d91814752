import type { PersonChange, Roster } from '../protocol';

/**
 * Who is here. In a crowded room the server names only some, so the number of
 * people and the list of names are two things.
 */
export class People {
  #names = new Set<string>();
  #list: readonly string[] = [];
  #total = 0;

  /** In the order they came; the same array until somebody comes or goes. */
  get names(): readonly string[] {
    return this.#list;
  }

  get total(): number {
    return this.#total;
  }

  replace(roster: Roster): void {
    this.#names = new Set(roster.people);
    this.#list = [...this.#names];
    this.#total = Math.max(roster.total, this.#names.size);
  }

  /** Whether the change told something new. */
  apply(change: PersonChange): boolean {
    const complete = this.#total === this.#names.size;
    const known = this.#names.has(change.user);
    if (change.event === 'joined') {
      if (known) return false;
      this.#names.add(change.user);
      this.#list = [...this.#names];
      this.#total += 1;
      return true;
    }
    // Of somebody who is not among the names shown, only the number is known.
    if (!known && complete) return false;
    if (this.#names.delete(change.user)) this.#list = [...this.#names];
    this.#total = Math.max(this.#total - 1, this.#names.size);
    return true;
  }
}
