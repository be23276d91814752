import type { Row } from '@causerie/client';
import { describe, expect, it } from 'vitest';
import { Days, type Line } from './days';

const NOON = new Date(2026, 2, 14, 12).getTime();
const MINUTE = 60_000;
const ana = { id: 'a', name: 'Ana' };
const ben = { id: 'b', name: 'Ben' };

let next = 1;
function row(change: Partial<Row> = {}): Row {
  const seq = next++;
  const fixed = { kind: 'message', type: 'message', state: 'sent', mine: false } as const;
  return { ...fixed, key: `k${seq}`, id: `k${seq}`, room: 'r', seq, at: NOON, author: ana, ...change };
}

/** m: first of a group, +: continues it, n3: three notices, |: the divider. */
function drawn(lines: readonly Line[]): string {
  const sign = (line: Line) => {
    if (line.kind === 'divider') return '|';
    if (line.kind === 'notices') return `n${line.rows.length}`;
    return line.first ? 'm' : '+';
  };
  return lines.map(sign).join(' ');
}

const lines = (rows: readonly Row[], after?: number) =>
  drawn(new Days().of(rows, after).flatMap((day) => day.lines));

describe('groups', () => {
  const notice = { kind: 'notice', type: 'join' } as const;
  it.each<[string, Partial<Row>[], string]>([
    ['one author within five minutes', [{}, { at: NOON + 4 * MINUTE }], 'm +'],
    ['five minutes later', [{}, { at: NOON + 5 * MINUTE }], 'm m'],
    ['another author', [{}, { author: ben }, {}], 'm m m'],
    ['the same person under another name', [{}, { author: { id: 'a', name: 'Anna' } }], 'm m'],
    ['a reply shows whom it answers', [{}, { reply: 1 }], 'm m'],
    ['the next day', [{}, { at: NOON + 24 * 60 * MINUTE }], 'm m'],
    ['a notice between', [{}, notice, {}], 'm n1 m'],
    ['a run of notices', [notice, notice, { ...notice, type: 'leave' }], 'n3'],
  ])('%s', (_, changes, expected) => expect(lines(changes.map(row))).toBe(expected));
});

describe('the divider', () => {
  it('stands before the first new message of others', () => {
    const rows = [row(), row({ author: ben, mine: true }), row(), row()];
    expect(lines(rows, rows[0]?.seq)).toBe('m m | m +');
  });
  it('breaks groups', () => {
    const rows = [row(), row()];
    expect(lines(rows, rows[0]?.seq)).toBe('m | m');
  });
  it('is not there when nothing is new', () => {
    const rows = [row(), row()];
    expect(lines(rows, rows[1]?.seq)).toBe('m +');
  });
});

describe('days', () => {
  it('begin at local midnight', () => {
    const midnight = new Date(2026, 2, 15).getTime();
    const days = new Days().of([row({ at: midnight - 1 }), row({ at: midnight })]);
    expect(days.map(({ at }) => new Date(at).getDate())).toEqual([14, 15]);
  });
  it('have keys of their own when clocks went back', () => {
    const days = new Days().of([row(), row({ at: NOON + 86_400_000 }), row()]);
    expect(new Set(days.map(({ key }) => key)).size).toBe(3);
  });
});

describe('what stays the same', () => {
  it('stays the same object', () => {
    const days = new Days();
    const rows = [row(), row({ kind: 'notice', type: 'join' }), row({ at: NOON + 86_400_000 })];
    const before = days.of(rows);
    const after = days.of([...rows, row({ at: NOON + 86_400_000 })]);
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
    expect(after[1]?.lines[0]).toBe(before[1]?.lines[0]);
  });
});
