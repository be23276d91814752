import type { Room } from '@causerie/client';
import type { IconName } from '../../ui/Icon.svelte';

/** The sign of a room that is not between people. */
export function iconOf(room: Pick<Room, 'kind'>): IconName {
  if (room.kind === 'private') return 'lock';
  return room.kind === 'announcement' ? 'announce' : 'room';
}

/** The one other person of a direct room. */
export function otherOf(room: Room): string | undefined {
  return room.kind === 'direct' ? room.people?.[0]?.id : undefined;
}
