import type { Room } from '@causerie/client';
import { expect, test } from 'vitest';
import { quieted, unreadMarks } from './quiet';

const room = (id: string, unread: number, mentions = 0, more: Partial<Room> = {}): Room =>
  ({ id, unread, mentions, read: 5, head: { seq: 9, fp: '' }, me: { state: 'joined' }, ...more }) as Room;

test('only rooms with something unread are marked, and none one is only invited to', () => {
  const invited = room('invited', 2, 0, { me: { state: 'invited' } as Room['me'] });
  const marks = unreadMarks([room('read', 0), room('unread', 3), room('called', 0, 1), invited]);
  expect([...marks.keys()]).toEqual(['unread', 'called']);
  expect(marks.get('unread')).toEqual({ seq: 9, read: 5, unread: 3, mentions: 0 });
});

test.each([
  ['as it was', room('r', 3, 1), 0, 0],
  ['with one more message since', room('r', 4, 1), 1, 0],
  ['with one more mention since', room('r', 4, 2), 1, 1],
  ['after some was deleted', room('r', 1, 0), 0, 0],
  ['read elsewhere meanwhile', room('r', 2, 1, { read: 7 }), 2, 1],
])('a marked room %s', (_, now, unread, mentions) => {
  const mark = unreadMarks([room('r', 3, 1)]).get('r');
  expect(quieted(now, mark)).toMatchObject({ unread, mentions });
});

test('a room that is not marked is the same object', () => {
  const one = room('r', 3);
  expect(quieted(one, undefined)).toBe(one);
});
