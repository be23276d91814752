import { roomName, type Room } from '@causerie/client';

/** The parts of the sidebar, from the top. A room is in one of them. */
export interface Sections {
  readonly invitations: readonly Room[];
  readonly favourites: readonly Room[];
  readonly rooms: readonly Room[];
  readonly directs: readonly Room[];
  /** Archived rooms one is still in. */
  readonly archived: readonly Room[];
}

/** How many directs the sidebar lists; older ones are found by the switcher. */
const MOST_DIRECTS = 30;

/** The room that everybody is in. */
export const LOBBY = 'lobby';

/**
 * Rooms by name, the lobby first: they keep their place. Directs by their last
 * message: whoever one talks to is near.
 */
export function sectionsOf(rooms: readonly Room[]): Sections {
  const joined = rooms.filter((room) => room.me.state === 'joined');
  const open = joined.filter((room) => !room.archived);
  const others = open.filter((room) => !room.me.favourite);
  const directs = others.filter(isDirect);
  return {
    invitations: rooms.filter((room) => room.me.state === 'invited'),
    favourites: open.filter((room) => room.me.favourite).sort(byName),
    rooms: others.filter((room) => !isDirect(room)).sort(byName),
    directs: directs.filter((room, index) => index < MOST_DIRECTS || calls(room)),
    archived: joined.filter((room) => room.archived).sort(byName),
  };
}

export function isDirect(room: Room): boolean {
  return room.kind === 'direct' || room.kind === 'group';
}

/** Whether the room wants to be looked at: its name is bold. */
export function calls(room: Room): boolean {
  return badgeOf(room) > 0 || (room.unread > 0 && room.me.notify === 'all');
}

/** The number that a room shows: everything in a direct room is meant for its reader. */
export function badgeOf(room: Room): number {
  if (room.me.notify === 'none') return 0;
  return isDirect(room) && room.me.notify === 'all' ? Math.max(room.unread, room.mentions) : room.mentions;
}

/** The rooms in the order in which the sidebar shows them, for moving by keys. */
export function inOrder(sections: Sections): Room[] {
  return [...sections.favourites, ...sections.rooms, ...sections.directs, ...sections.archived];
}

function byName(a: Room, b: Room): number {
  if ((a.id === LOBBY) !== (b.id === LOBBY)) return a.id === LOBBY ? -1 : 1;
  return roomName(a).localeCompare(roomName(b));
}
