import type { Author, Row } from '@causerie/client';

/** Notices that say one thing: of everybody who joined or left in a run there is one sentence. */
export interface NoticeGroup {
  readonly key: string;
  readonly type: Row['type'];
  /** Whom it is about, each once, in order: of joins and leaves whoever did so. */
  readonly people: readonly Author[];
  readonly row: Row;
}

/** Folds a run of notices. Somebody who came and went within it is not worth a line. */
export function foldNotices(rows: readonly Row[]): readonly NoticeGroup[] {
  const settled = withoutPassers(rows);
  const groups: { key: string; type: Row['type']; people: Author[]; row: Row }[] = [];
  for (const row of settled) {
    const last = groups.at(-1);
    if (last?.type === row.type && isMoving(row)) {
      if (!last.people.some(({ id }) => id === row.author.id)) last.people.push(row.author);
    } else {
      groups.push({ key: row.key, type: row.type, people: [row.subject ?? row.author], row });
    }
  }
  return groups;
}

function isMoving({ type }: Row): boolean {
  return type === 'join' || type === 'leave';
}

/** Who joined, left and joined again is told as having done the last of it. */
function withoutPassers(rows: readonly Row[]): readonly Row[] {
  const moves = new Map<string, Row[]>();
  for (const row of rows) {
    if (isMoving(row)) moves.set(row.author.id, [...(moves.get(row.author.id) ?? []), row]);
  }
  const dropped = new Set<Row>();
  for (const mine of moves.values()) {
    const [first, last] = [mine[0], mine.at(-1)];
    for (const row of mine) if (row !== last) dropped.add(row);
    if (first !== last && first?.type !== last?.type && last !== undefined) dropped.add(last);
  }
  const left = rows.filter((row) => !dropped.has(row));
  // A run of nothing but comings and goings still says that they were.
  return left.length > 0 ? left : rows.slice(-1);
}
