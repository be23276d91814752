import { SvelteSet } from 'svelte/reactivity';

const KEY = 'causerie.folded';

/** The sections of the sidebar that are folded, kept by this browser. */
class Folded {
  readonly #names = new SvelteSet<string>(read());

  has(name: string): boolean {
    return this.#names.has(name);
  }

  toggle(name: string): void {
    if (!this.#names.delete(name)) this.#names.add(name);
    try {
      localStorage.setItem(KEY, [...this.#names].join(' '));
    } catch {
      // Then it lasts as long as the page.
    }
  }
}

function read(): string[] {
  try {
    return localStorage.getItem(KEY)?.split(' ') ?? [];
  } catch {
    return [];
  }
}

export const folded = new Folded();
