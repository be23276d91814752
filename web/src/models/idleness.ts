const AWAY_AFTER_MS = 5 * 60 * 1000;

/**
 * Whether somebody is at the page. A page out of sight hears no keys and no
 * pointer, so it counts as left after the same time.
 */
export class Idleness {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #away = false;
  readonly #changed: (away: boolean) => void;

  /** Calls changed with every change, from online at the beginning. */
  constructor(changed: (away: boolean) => void) {
    this.#changed = changed;
    this.#wait();
  }

  get away(): boolean {
    return this.#away;
  }

  /** A key, a pointer, or the page was looked at again. */
  active(): void {
    this.#wait();
    this.#set(false);
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#set(true), AWAY_AFTER_MS);
  }

  #set(away: boolean): void {
    if (away === this.#away) return;
    this.#away = away;
    this.#changed(away);
  }
}
