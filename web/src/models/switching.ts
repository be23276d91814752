import { roomName, search, type Found, type Person, type Room } from '@causerie/client';
import type { Place } from '../router';
import { hanInitials } from './han-initials';

/** What the switcher lists. */
export type Target =
  Found | { readonly kind: 'place'; readonly id: string; readonly name: string; readonly place: Place };

const MOST = 12;

/**
 * What a query finds, best first: rooms and people by the beginnings of their
 * words, by letters that follow each other in them or by the initials of their
 * pinyin, then places by any part of their name.
 */
export function targets(
  query: string,
  rooms: readonly Room[],
  people: readonly Person[],
  places: readonly { readonly name: string; readonly place: Place }[],
): Target[] {
  const found: Target[] = search(query, rooms, people, MOST);
  const wanted = query.trim().toLowerCase();
  const known = new Set(found.map(({ kind, id }) => `${kind} ${id}`));
  if (/^[a-z0-9]+$/.test(wanted)) {
    const sounds = (name: string) => hanInitials(name).includes(wanted);
    for (const room of rooms)
      if (!known.has(`room ${room.id}`) && sounds(roomName(room)))
        found.push({ kind: 'room', id: room.id, name: roomName(room), room });
    for (const person of people)
      if (!known.has(`person ${person.id}`) && !person.disabled && sounds(person.name))
        found.push({ kind: 'person', id: person.id, name: person.name, person });
  }
  for (const { name, place } of places)
    if (name.toLowerCase().includes(wanted)) found.push({ kind: 'place', id: name, name, place });
  return found.slice(0, MOST);
}
