import { place, type Pane } from './place.svelte';
import { screen } from './screen.svelte';

/**
 * What stands beside the open room. A thread has an address and goes before it.
 * Where there is no space beside, it lies over the room, and "back" puts it
 * away; where there is, it stays from room to room.
 */
class Aside {
  #standing = $state<Pane | null>(null);

  get open(): Pane | null {
    return screen.panes < 3 ? place.pane : this.#standing;
  }

  toggle(name: Pane): void {
    if (this.open === name) this.close();
    else if (screen.panes < 3) place.cover(name);
    else this.#standing = name;
  }

  close(): void {
    if (screen.panes < 3) place.uncover();
    else this.#standing = null;
  }
}

export const aside = new Aside();
