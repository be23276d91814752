/** This close to the end is at the end. */
export const NEAR_END_PX = 100;

const follows = CSS.supports('overflow-anchor', 'auto');

/** Where the first row on the screen stands, so that it can be put back there. */
export interface Held {
  readonly row: Element;
  readonly top: number;
}

/**
 * Call before rows come or go. Browsers keep what is read in its place by
 * themselves, except at the very top, and Safari not at all: what is held there
 * is put back after.
 */
export function hold(scroller: HTMLElement): Held | null {
  if (scroller.scrollTop === 0) scroller.scrollTop = 1;
  if (follows) return null;
  const edge = scroller.getBoundingClientRect().top;
  for (const row of scroller.querySelectorAll('article')) {
    const { top, bottom } = row.getBoundingClientRect();
    if (bottom > edge) return { row, top };
  }
  return null;
}

/** Call after rows have come or gone. */
export function restore(scroller: HTMLElement, held: Held | null): void {
  if (held?.row.isConnected === true) scroller.scrollTop += held.row.getBoundingClientRect().top - held.top;
}

export function below(scroller: HTMLElement): number {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
}

export function toEnd(scroller: HTMLElement): void {
  scroller.scrollTop = scroller.scrollHeight;
}
