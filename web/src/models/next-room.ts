import type { Room } from '@causerie/client';
import { calls } from './sections';

/** The room that is a step away in the order of the sidebar, which wraps; undefined if there is no other. */
export function nextRoom(
  rooms: readonly Room[],
  current: string | undefined,
  step: 1 | -1,
  onlyUnread = false,
): Room | undefined {
  const at = rooms.findIndex((room) => room.id === current);
  const start = at === -1 && step === -1 ? rooms.length : at;
  for (let away = 1; away <= rooms.length; away += 1) {
    const index = (start + step * away + rooms.length * 2) % rooms.length;
    const room = rooms[index];
    if (room !== undefined && room.id !== current && (!onlyUnread || calls(room))) return room;
  }
  return undefined;
}
