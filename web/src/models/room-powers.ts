import type { Me, Rank, Room } from '@causerie/client';
import { LOBBY } from './sections';

const ranks: Readonly<Record<Rank, number>> = { member: 0, moderator: 1, owner: 2 };

/** Whether I may bring others into the room, or into the house where that is the lobby. The server has the last word. */
export function mayInvite(room: Room, me: Me | undefined): boolean {
  if (me === undefined || me.guest || room.archived || room.me.state !== 'joined') return false;
  if (room.kind === 'direct') return false;
  if (room.id === LOBBY) return me.role === 'owner' || me.role === 'admin';
  return room.kind !== 'private' || ranks[room.me.rank] >= ranks.moderator;
}

/** Whether I may keep somebody of that rank quiet or out of the room. */
export function mayModerate(room: Room, rank: Rank): boolean {
  if (room.kind === 'direct' || room.kind === 'group') return false;
  return ranks[room.me.rank] >= ranks.moderator && ranks[room.me.rank] > ranks[rank];
}
