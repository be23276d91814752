import type { Person, Room } from '@causerie/client';
import { expect, test } from 'vitest';
import { targets } from './switching';

const room = (id: string, name: string, unread = 0): Room => ({
  id,
  kind: 'public',
  name,
  topic: '',
  description: '',
  archived: false,
  slow: 0,
  created: 0,
  members: 2,
  me: { state: 'joined', rank: 'member', favourite: false, notify: 'all' },
  head: { seq: 0, fp: '' },
  read: 0,
  unread,
  mentions: 0,
});
const person = (id: string, name: string): Person => ({ id, name, role: 'member', state: 'online' });

const rooms = [room('garden', 'Garden'), room('talk', '产品讨论', 2), room('cafe', 'Café Central')];
const people = [person('zw', '张伟'), person('greta', 'Greta')];
const places = [{ name: 'Settings', place: { name: 'settings', tab: '' } as const }];

test.each([
  ['nothing typed: unread first, then recent, then places', '', ['talk', 'garden', 'cafe', 'Settings']],
  ['the beginning of a name', 'g', ['garden', 'greta', 'Settings']],
  ['without an accent, at a later word', 'cen', ['cafe']],
  ['letters that are left out', 'gdn', ['garden']],
  ['letters of two words', 'cfctl', ['cafe']],
  ['the middle of a word', 'reta', ['greta']],
  ['letters in another order', 'gnd', []],
  ['initials of a Chinese room', 'cptl', ['talk']],
  ['initials of its second word', 'tl', ['talk']],
  ['initials of a Chinese name', 'zw', ['zw']],
  ['Chinese', '张', ['zw']],
  ['a part of a place', 'ettin', ['Settings']],
  ['nothing of that name', 'xyz', []],
])('%s', (_name, query, want) => {
  expect(targets(query, rooms, people, places).map(({ id }) => id)).toEqual(want);
});
