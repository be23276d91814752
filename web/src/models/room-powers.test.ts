import type { Me, Room } from '@causerie/client';
import { expect, test } from 'vitest';
import { mayInvite, mayModerate } from './room-powers';

const me = (role: Me['role']): Me => ({ role, guest: role === 'guest' }) as Me;
const room = (kind: Room['kind'], rank: Room['me']['rank'] = 'member', more: Partial<Room> = {}): Room =>
  ({ id: 'r-1', kind, archived: false, me: { state: 'joined', rank }, ...more }) as Room;
const lobby = room('public', 'member', { id: 'lobby' });

test.each([
  ['a member into a public room', room('public'), 'member', true],
  ['a guest into a public room', room('public'), 'guest', false],
  ['a member into a private room', room('private'), 'member', false],
  ['a moderator into a private room', room('private', 'moderator'), 'member', true],
  ['a member into a group', room('group'), 'member', true],
  ['a third into a direct room', room('direct'), 'member', false],
  ['anybody into an archived room', room('public', 'owner', { archived: true }), 'owner', false],
  ['a member into the house', lobby, 'member', false],
  ['an administrator into the house', lobby, 'admin', true],
] as const)('inviting: %s', (_, where, role, may) => {
  expect(mayInvite(where, me(role))).toBe(may);
});

test.each([
  ['a moderator a member', room('public', 'moderator'), 'member', true],
  ['a moderator another one', room('public', 'moderator'), 'moderator', false],
  ['an owner a moderator', room('public', 'owner'), 'moderator', true],
  ['nobody in a group', room('group', 'owner'), 'member', false],
] as const)('moderating: %s', (_, where, rank, may) => {
  expect(mayModerate(where, rank)).toBe(may);
});
