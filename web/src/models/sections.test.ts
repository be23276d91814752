import type { Room } from '@causerie/client';
import { describe, expect, test } from 'vitest';
import { titleOf, totalOf } from './badge';
import { nextRoom } from './next-room';
import { badgeOf, calls, inOrder, sectionsOf } from './sections';

type Some = Partial<Omit<Room, 'me'>> & { me?: Partial<Room['me']> };

function room(id: string, { me, ...rest }: Some = {}): Room {
  return {
    id,
    kind: 'public',
    name: id,
    topic: '',
    description: '',
    archived: false,
    slow: 0,
    created: 0,
    members: 2,
    head: { seq: 0, fp: '' },
    read: 0,
    unread: 0,
    mentions: 0,
    ...rest,
    me: { state: 'joined', rank: 'member', favourite: false, notify: 'all', ...me },
  };
}

const ids = (rooms: readonly Room[]) => rooms.map(({ id }) => id);

describe('sections', () => {
  const all = [
    room('zoo'),
    room('ann', { kind: 'direct', name: '', people: [{ id: 'a', name: 'Ann' }] }),
    room('lobby'),
    room('asked', { kind: 'private', me: { state: 'invited' } }),
    room('best', { me: { favourite: true } }),
    room('old', { archived: true }),
    room('apple'),
    room('elsewhere', { me: { state: 'none' } }),
  ];

  test('hold every room of mine once, the lobby first', () => {
    const sections = sectionsOf(all);
    expect(ids(sections.rooms)).toEqual(['lobby', 'apple', 'zoo']);
    expect(ids(sections.directs)).toEqual(['ann']);
    expect(ids(sections.favourites)).toEqual(['best']);
    expect(ids(sections.invitations)).toEqual(['asked']);
    expect(ids(sections.archived)).toEqual(['old']);
    expect(ids(inOrder(sections))).toEqual(['best', 'lobby', 'apple', 'zoo', 'ann', 'old']);
  });

  test('list old directs only when there is something in them', () => {
    const many = Array.from({ length: 40 }, (_, n) =>
      room(`d${n}`, { kind: 'direct', name: '', unread: n === 39 ? 1 : 0 }),
    );
    const { directs } = sectionsOf(many);
    expect(directs).toHaveLength(31);
    expect(directs.at(-1)?.id).toBe('d39');
  });
});

describe('what a room tells', () => {
  test.each([
    ['messages in a room', { unread: 3 }, 0, true],
    ['a mention among them', { unread: 3, mentions: 1 }, 1, true],
    ['messages in a direct', { kind: 'direct', unread: 3 }, 3, true],
    ['messages where only mentions count', { unread: 3, me: { notify: 'mentions' } }, 0, false],
    ['a mention there', { unread: 3, mentions: 2, me: { notify: 'mentions' } }, 2, true],
    ['a mention in a muted room', { unread: 3, mentions: 2, me: { notify: 'none' } }, 0, false],
    ['nothing', {}, 0, false],
  ] as const)('%s', (_name, some, badge, bold) => {
    expect(badgeOf(room('r', some))).toBe(badge);
    expect(calls(room('r', some))).toBe(bold);
  });
});

describe('the window', () => {
  test.each([
    ['nothing new', [room('a')], 'Lobby · Causerie', false],
    ['something new', [room('a', { unread: 2 })], 'Lobby · Causerie', true],
    ['a mention', [room('a', { unread: 3, mentions: 1 })], '(1) Lobby · Causerie', true],
    ['an invitation', [room('a', { me: { state: 'invited' } })], '(1) Lobby · Causerie', true],
    ['too many to tell', [room('a', { kind: 'direct', unread: 100 })], '(99+) Lobby · Causerie', true],
  ])('%s', (_name, rooms, title, unread) => {
    const badge = totalOf(rooms);
    expect(titleOf(badge, 'Lobby')).toBe(title);
    expect(badge.unread).toBe(unread);
  });
});

describe('the next room', () => {
  const rooms = [room('a'), room('b', { unread: 1 }), room('c'), room('d', { mentions: 1 })];

  test.each([
    ['down', 'a', 1, false, 'b'],
    ['up', 'b', -1, false, 'a'],
    ['down from the last', 'd', 1, false, 'a'],
    ['up from the first', 'a', -1, false, 'd'],
    ['down from elsewhere', undefined, 1, false, 'a'],
    ['up from elsewhere', undefined, -1, false, 'd'],
    ['down to something unread', 'b', 1, true, 'd'],
    ['up to something unread, around', 'b', -1, true, 'd'],
  ] as const)('%s', (_name, current, step, onlyUnread, want) => {
    expect(nextRoom(rooms, current, step, onlyUnread)?.id).toBe(want);
  });

  test('there is none', () => {
    expect(nextRoom([], undefined, 1)).toBeUndefined();
    expect(nextRoom([room('a')], 'a', 1)).toBeUndefined();
    expect(nextRoom([room('a'), room('b')], 'a', 1, true)).toBeUndefined();
  });
});
