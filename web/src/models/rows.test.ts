import { expect, test } from 'vitest';
import type { Message } from '../protocol';
import type { Pending } from './outbox';
import { buildRows, type Row, type RowSource } from './rows';

const noon = new Date(2026, 10, 23, 12).getTime();
const MINUTE = 60_000;

const message = (id: string, nickname: string, minutes: number): Message => ({
  nickname,
  message: id,
  id,
  at: noon + minutes * MINUTE,
});

const pending = (id: string, state: Pending['state'], minutes: number): Pending => ({
  id,
  author: 'Ann',
  text: id,
  at: noon + minutes * MINUTE,
  triedAt: null,
  state,
  failure: null,
});

const source = (change: Partial<RowSource>): RowSource => ({
  messages: [],
  before: undefined,
  toEnd: true,
  pending: [],
  notices: [],
  unreadFrom: null,
  nickname: 'Ann',
  ...change,
});

/** "key:marks", with marks day, unread, first, last, own and the state. */
function sketch(rows: readonly Row[]): string[] {
  return rows.map((row) => {
    if (row.kind === 'notice') return row.key;
    const marks = (['day', 'unread', 'first', 'last', 'own'] as const).filter((mark) => row[mark]);
    return `${row.key}: ${[...marks, row.state].join(' ')}`;
  });
}

test('one author within five minutes stands together', () => {
  const messages = [
    message('a', 'Bob', 0),
    message('b', 'Bob', 4),
    message('c', 'Bob', 10),
    message('d', 'Cy', 11),
  ];
  expect(sketch(buildRows(source({ messages }), []))).toEqual([
    'a: day first kept',
    'b: last kept',
    'c: first last kept',
    'd: first last kept',
  ]);
});

test('the group goes on above the part that is on the page', () => {
  const rows = buildRows(source({ messages: [message('b', 'Bob', 1)], before: message('a', 'Bob', 0) }), []);
  expect(sketch(rows)).toEqual(['b: last kept']);
});

test('a new day, the unread line and a notice each begin a group', () => {
  const messages = [
    message('a', 'Bob', -13 * 60),
    message('b', 'Bob', -12 * 60),
    message('c', 'Bob', -12 * 60 + 1),
    message('d', 'Bob', -12 * 60 + 2),
  ];
  const notices = [{ key: 'notice-1', after: 'b', at: noon, joined: ['Di'], left: [] }];
  expect(sketch(buildRows(source({ messages, notices, unreadFrom: 'd' }), []))).toEqual([
    'a: day first last kept',
    'b: day first last kept',
    'notice-1',
    'c: first last kept',
    'd: unread first last kept',
  ]);
});

test('what we wrote stands at the end until the room shows it, in the same row', () => {
  const messages = [message('a', 'Bob', 0)];
  const before = buildRows(
    source({ messages, pending: [pending('x', 'sending', 1), pending('y', 'queued', 1)] }),
    [],
  );
  expect(sketch(before)).toEqual(['a: day first last kept', 'x: first own sending', 'y: last own queued']);
  const shown = { ...message('x', 'Ann', 1), id: 'x' };
  const after = buildRows(
    source({ messages: [...messages, shown], pending: [pending('y', 'sending', 1)] }),
    before,
  );
  expect(sketch(after)).toEqual(['a: day first last kept', 'x: first own kept', 'y: last own sending']);
  expect(after[0]).toBe(before[0]);
});

test('above the end nothing unsent is shown', () => {
  const rows = buildRows(
    source({ messages: [message('a', 'Bob', 0)], toEnd: false, pending: [pending('x', 'queued', 1)] }),
    [],
  );
  expect(sketch(rows)).toEqual(['a: day first last kept']);
});

test('a notice before the first message', () => {
  const notices = [{ key: 'notice-1', after: null, at: noon, joined: ['Di'], left: [] }];
  expect(sketch(buildRows(source({ notices, messages: [message('a', 'Bob', 0)] }), []))).toEqual([
    'notice-1',
    'a: day first last kept',
  ]);
  const above = source({ notices, messages: [message('b', 'Bob', 9)], before: message('a', 'Bob', 0) });
  expect(sketch(buildRows(above, []))).toEqual(['b: first last kept']);
});
