import type { Role } from '@causerie/client';
import { expect, test } from 'vitest';
import { mayAct, rolesFor } from './authority';

const person = (role: Role, id: string = role) => ({ id, role });

test.each<[Role, Role, boolean, Role[]]>([
  ['owner', 'owner', true, ['admin', 'member', 'guest']],
  ['owner', 'member', true, ['owner', 'admin', 'guest']],
  ['admin', 'owner', false, []],
  ['admin', 'admin', false, []],
  ['admin', 'member', true, ['guest']],
  ['admin', 'guest', true, ['member']],
  ['member', 'guest', false, []],
])('%s over %s', (mine, theirs, may, roles) => {
  expect(mayAct(person(mine), person(theirs, 'other'))).toBe(may);
  expect(rolesFor(person(mine), person(theirs, 'other'))).toEqual(roles);
});

test('nobody over themselves', () => {
  expect(mayAct(person('owner'), person('owner'))).toBe(false);
  expect(rolesFor(person('owner'), person('owner'))).toEqual([]);
});
