import type { Person, Room } from './protocol/forms.js';

export type Found =
  | { readonly kind: 'room'; readonly id: string; readonly name: string; readonly room: Room }
  | { readonly kind: 'person'; readonly id: string; readonly name: string; readonly person: Person };

/** Without case, accents and width, so that "cafe" finds "Café". */
const folded = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** How a direct room is called: after the others in it. */
export function roomName(room: Room): string {
  return room.name || (room.people ?? []).map(({ name }) => name).join(', ');
}

/** A single letter is in nearly every name. */
const FUZZY_FROM = 2;

/** 0 is best; undefined is no match. */
function rank(name: string, query: string): number | undefined {
  const text = folded(name);
  if (text.startsWith(query)) return text.length === query.length ? 0 : 1;
  const words = text.split(/[\s\p{P}_]+/u);
  if (words.some((word) => word.startsWith(query))) return 2;
  // Every word of the query begins a word of the name, in any order.
  const parts = query.split(/\s+/);
  if (parts.length > 1 && parts.every((part) => words.some((word) => word.startsWith(part)))) return 3;
  if (query.length < FUZZY_FROM) return undefined;
  if (text.includes(query)) return 4;
  return words.some((_, at) => inOrder(words.slice(at).join(' '), parts.join(''))) ? 5 : undefined;
}

/** Whether the text begins as the letters do and holds them all in their order: "gdn" in "garden". */
function inOrder(text: string, letters: string): boolean {
  if (!text.startsWith(letters.charAt(0))) return false;
  let at = 0;
  for (const letter of letters) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/**
 * Rooms and people for a quick switcher, best first. `rooms` come in the order
 * of last activity; without a query those with something unread come first.
 */
export function search(
  query: string,
  rooms: readonly Room[],
  people: readonly Person[],
  limit = 20,
): Found[] {
  const wanted = folded(query.trim());
  const found: { rank: number; found: Found }[] = [];
  for (const room of rooms) {
    const name = roomName(room);
    const at = wanted === '' ? (room.mentions > 0 ? 0 : room.unread > 0 ? 1 : 2) : rank(name, wanted);
    if (at !== undefined) found.push({ rank: at, found: { kind: 'room', id: room.id, name, room } });
  }
  for (const person of wanted === '' ? [] : people) {
    const at = rank(person.name, wanted);
    if (at !== undefined && !person.disabled)
      found.push({ rank: at + 0.5, found: { kind: 'person', id: person.id, name: person.name, person } });
  }
  return found
    .sort((a, b) => a.rank - b.rank)
    .slice(0, limit)
    .map((one) => one.found);
}
