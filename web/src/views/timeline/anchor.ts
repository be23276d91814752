import type { View } from '@causerie/client';

/** This close to the end is at the end. */
export const NEAR_END_PX = 100;

/**
 * Where a row on the screen ends, so that it can be put back there. Not where it begins: its author's name
 * goes when the message before it comes.
 */
export interface Held {
  readonly row: Element;
  readonly bottom: number;
}

/** Where rooms were left that are not at their end: a row, and where it ended below the top. */
export const places = new WeakMap<View, { readonly key: string; readonly bottom: number }>();

/**
 * Call before rows come or go. Browsers keep what is read in its place by
 * themselves, but not at the very top, not when a scroll of theirs is under way,
 * and Safari never: what they leave is put back after.
 */
export function hold(scroller: HTMLElement): Held | null {
  const edge = scroller.getBoundingClientRect().top;
  const rows = scroller.querySelectorAll('article');
  // The first one that begins on the screen: one that is cut off may turn out longer above the edge.
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.getBoundingClientRect().top ?? Infinity) < edge) low = middle + 1;
    else high = middle;
  }
  const row = rows[Math.min(low, rows.length - 1)];
  return row === undefined ? null : { row, bottom: row.getBoundingClientRect().bottom };
}

/** Call after rows have come or gone. */
export function restore(scroller: HTMLElement, held: Held | null): void {
  if (held?.row.isConnected !== true) return;
  const moved = held.row.getBoundingClientRect().bottom - held.bottom;
  // Less is rounding; and whoever sets the place ends the browser's own glide to it.
  if (Math.abs(moved) >= 1) scroller.scrollTop += moved;
}

/** A room that something lies over has no size, and nothing in it a place. */
export function covered(scroller: HTMLElement): boolean {
  return scroller.clientHeight === 0;
}

export function below(scroller: HTMLElement): number {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
}

export function toEnd(scroller: HTMLElement): void {
  scroller.scrollTop = scroller.scrollHeight;
}
