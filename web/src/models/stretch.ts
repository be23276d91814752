/** A row, as far as it matters where it is drawn. */
interface Placed {
  readonly key: string;
}

/**
 * The part of the loaded rows that is drawn: a long room costs no more than
 * what is looked at. Its ends are rows, so that it stays where it is when
 * others come and go.
 */
export interface Stretch {
  /** The key of the first drawn row; undefined: so many from the end as are drawn at once. */
  readonly first?: string | undefined;
  /** The key of the last one; undefined: the end, whatever comes there. */
  readonly last?: string | undefined;
}

/** Which rows it is, as `slice` takes them. */
export interface Bounds {
  readonly from: number;
  readonly to: number;
}

/** Scrolling draws no more than this many: what is far from the screen goes. */
export const MOST_DRAWN = 150;

export function boundsOf(rows: readonly Placed[], { first, last }: Stretch, atOnce: number): Bounds {
  const end = last === undefined ? -1 : rows.findLastIndex(({ key }) => key === last);
  const to = end < 0 ? rows.length : end + 1;
  const begin = first === undefined ? -1 : rows.findIndex(({ key }) => key === first);
  return { from: begin >= 0 && begin < to ? begin : Math.max(0, to - atOnce), to };
}

/** The same stretch after rows have come or gone: what has lost an end has another. */
export function settled(rows: readonly Placed[], { first, last }: Stretch, atOnce: number): Stretch {
  const from = rows.findIndex(({ key }) => key === first);
  const to = last === undefined ? rows.length - 1 : rows.findLastIndex(({ key }) => key === last);
  // Both ends are gone: this is another part of the room.
  if (from < 0 && (first === undefined || to < 0))
    return stretchOf(rows, rows.length - atOnce, rows.length, true);
  return {
    first: rows[Math.max(0, from)]?.key,
    last: last === undefined ? undefined : rows[to < 0 ? rows.length - 1 : to]?.key,
  };
}

/** What is around a row: it, some above it, and what a screen below it holds. */
export function around(rows: readonly Placed[], index: number, screen: number, atEnd: boolean): Stretch {
  return stretchOf(rows, index - Math.ceil(screen / 2), index + screen, atEnd);
}

/** So many more in one direction; the other end gives way. */
export function grown(
  rows: readonly Placed[],
  { from, to }: Bounds,
  way: 'up' | 'down',
  by: number,
  atEnd: boolean,
): Stretch {
  if (way === 'up') {
    const begin = Math.max(0, from - by);
    return stretchOf(rows, begin, Math.min(to, begin + MOST_DRAWN), atEnd);
  }
  const end = Math.min(rows.length, to + by);
  return stretchOf(rows, Math.max(from, end - MOST_DRAWN), end, atEnd);
}

function stretchOf(rows: readonly Placed[], from: number, to: number, atEnd: boolean): Stretch {
  const follows = to >= rows.length && atEnd;
  return {
    first: rows[Math.max(0, from)]?.key,
    last: follows ? undefined : rows[Math.min(to, rows.length) - 1]?.key,
  };
}
