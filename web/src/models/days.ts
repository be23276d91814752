import type { Row } from '@causerie/client';

/** Messages of one author this close together show their author once. */
const GROUP_MS = 5 * 60 * 1000;

/** What a timeline shows below a date. Lines that stay the same stay the same object. */
export type Line =
  | { readonly kind: 'divider'; readonly key: string }
  | { readonly kind: 'message'; readonly key: string; readonly row: Row; readonly first: boolean }
  | { readonly kind: 'notices'; readonly key: string; readonly rows: readonly Row[] };

export interface Day {
  readonly key: string;
  /** Midnight, in Unix milliseconds. */
  readonly at: number;
  readonly lines: readonly Line[];
}

/** Puts the rows of a timeline under dates, in groups, with what is new marked. */
export class Days {
  #lines = new Map<string, Line>();
  #days = new Map<string, Day>();

  /** `unreadAfter`: the divider stands before the first message of others behind this number. */
  of(rows: readonly Row[], unreadAfter?: number): readonly Day[] {
    const [lines, days] = [new Map<string, Line>(), new Map<string, Day>()];
    let open: { key: string; at: number; until: number; lines: Line[] } | undefined;
    let last: Line | undefined;
    let divided = unreadAfter === undefined;
    const put = (line: Line) => {
      const kept = this.#same(line);
      lines.set(kept.key, kept);
      open?.lines.push(kept);
      last = kept;
    };
    const close = () => {
      if (open !== undefined) days.set(open.key, this.#sameDay(open));
    };
    for (const row of rows) {
      if (open === undefined || row.at < open.at || row.at >= open.until) {
        const [at, until] = dayOf(row.at);
        const known = days.has(keyOf(at));
        if (open?.at !== at) {
          close();
          // Clocks that went back must not make one date twice.
          open = { key: known ? `${keyOf(at)}/${row.key}` : keyOf(at), at, until, lines: [] };
          last = undefined;
        }
      }
      if (!divided && isNew(row, unreadAfter ?? 0)) {
        divided = true;
        put({ kind: 'divider', key: 'divider' });
      }
      if (row.kind === 'message') {
        put({ kind: 'message', key: row.key, row, first: !continues(last, row) });
      } else if (last?.kind === 'notices') {
        open.lines.pop();
        put({ kind: 'notices', key: last.key, rows: [...last.rows, row] });
      } else {
        put({ kind: 'notices', key: row.key, rows: [row] });
      }
    }
    close();
    this.#lines = lines;
    this.#days = days;
    return [...days.values()];
  }

  #same(line: Line): Line {
    const known = this.#lines.get(line.key);
    return known !== undefined && isSame(known, line) ? known : line;
  }

  #sameDay({ key, at, lines }: Day): Day {
    const known = this.#days.get(key);
    const same = known?.lines.length === lines.length && lines.every((line, i) => known.lines[i] === line);
    return known !== undefined && same ? known : { key, at, lines };
  }
}

function isNew(row: Row, after: number): boolean {
  return row.kind === 'message' && !row.mine && row.seq > after;
}

function continues(last: Line | undefined, row: Row): boolean {
  if (last?.kind !== 'message') return false;
  const { author, at } = last.row;
  return (
    author.id === row.author.id && author.name === row.author.name && row.at - at < GROUP_MS && !row.reply
  );
}

function isSame(a: Line, b: Line): boolean {
  if (a.kind === 'divider') return b.kind === 'divider';
  if (a.kind === 'message') return b.kind === 'message' && a.row === b.row && a.first === b.first;
  return (
    b.kind === 'notices' && a.rows.length === b.rows.length && a.rows.every((row, i) => row === b.rows[i])
  );
}

/** From local midnight to the next; a day may have 23 or 25 hours. */
function dayOf(at: number): [number, number] {
  const begin = new Date(at);
  begin.setHours(0, 0, 0, 0);
  const end = new Date(begin);
  end.setDate(end.getDate() + 1);
  return [begin.getTime(), end.getTime()];
}

function keyOf(midnight: number): string {
  const date = new Date(midnight);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}
