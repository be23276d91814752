import type { Room } from '@causerie/client';
import { badgeOf, calls } from './sections';

/** What the window says of all rooms together. */
export interface Badge {
  /** Mentions, and messages that only I was sent. */
  readonly count: number;
  /** There is something new, though perhaps nothing that is meant for me. */
  readonly unread: boolean;
}

export function totalOf(rooms: readonly Room[]): Badge {
  const joined = rooms.filter((room) => room.me.state === 'joined');
  const invited = rooms.filter((room) => room.me.state === 'invited').length;
  const count = joined.reduce((sum, room) => sum + badgeOf(room), invited);
  return { count, unread: count > 0 || joined.some(calls) };
}

export function titleOf(badge: Badge, place: string): string {
  const name = place === '' ? 'Causerie' : `${place} · Causerie`;
  return badge.count > 0 ? `(${told(badge.count)}) ${name}` : name;
}

/** A number where there is room for two digits. */
export function told(count: number): string {
  return count > 99 ? '99+' : String(count);
}
