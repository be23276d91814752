import type { Person, Role } from '@causerie/client';

const RANKS: readonly Role[] = ['guest', 'member', 'admin', 'owner'];

function rank(role: Role): number {
  return RANKS.indexOf(role);
}

/** Whether somebody may use their power over another person: never over oneself or one's betters. */
export function mayAct(me: Pick<Person, 'id' | 'role'>, on: Pick<Person, 'id' | 'role'>): boolean {
  if (me.id === on.id || rank(me.role) < rank('admin')) return false;
  return me.role === 'owner' || rank(on.role) < rank(me.role);
}

/** The roles that somebody may give to another person, the highest first. */
export function rolesFor(me: Pick<Person, 'id' | 'role'>, on: Pick<Person, 'id' | 'role'>): Role[] {
  if (!mayAct(me, on)) return [];
  return RANKS.filter(
    (role) => role !== on.role && (me.role === 'owner' || rank(role) <= rank('member')),
  ).reverse();
}
