import { flushSync } from 'svelte';
import { stride } from '../../models/stride';
import type { OpenRoom } from '../../state/room.svelte';
import { below, covered } from './anchor';

/** Rows are drawn, and more are fetched, this far before they are on the screen. */
export const AHEAD_PX = 1000;

/** Draws the rows that come near the screen, a few in a frame: whoever scrolls or types need not wait for it. */
export class Ahead {
  readonly #open: OpenRoom;
  #scroller: HTMLElement | null = null;
  #frame: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(open: OpenRoom) {
    this.#open = open;
  }

  /** Call after every change of what is drawn, and of what is looked at. */
  look(scroller: HTMLElement | null): void {
    this.#scroller = scroller;
    const wanted = this.#wanted() !== undefined;
    this.#open.drawing = wanted;
    if (!wanted || this.#frame !== undefined || this.#timer !== undefined) return;
    // Behind the frame: what is there already is shown first.
    this.#frame = requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#timer = setTimeout(() => this.#draw());
    });
  }

  end(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#open.drawing = false;
  }

  #draw(): void {
    this.#timer = undefined;
    const way = this.#wanted();
    this.#open.drawing = way !== undefined;
    if (way === undefined) return;
    const begin = performance.now();
    const { rows } = stride;
    flushSync(() => this.#open.grow(way, rows));
    stride.took(performance.now() - begin, rows);
  }

  /** Where rows are missing, the nearer end first. */
  #wanted(): 'up' | 'down' | undefined {
    const [list, { loaded, moreAbove, moreBelow }] = [this.#scroller, this.#open];
    if (list === null || !loaded || (!moreAbove && !moreBelow) || covered(list)) return undefined;
    const up = moreAbove ? list.scrollTop : Infinity;
    const down = moreBelow ? below(list) : Infinity;
    if (Math.min(up, down) >= AHEAD_PX) return undefined;
    return up <= down ? 'up' : 'down';
  }
}
