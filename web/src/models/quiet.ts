import type { Room } from '@causerie/client';

/** What was unread in a room when somebody said that it is read. */
export interface Mark {
  /** The number of the newest entry then: all up to it counts as read. */
  readonly seq: number;
  readonly read: number;
  readonly unread: number;
  readonly mentions: number;
}

/** What has to be marked for everything to be read, by room. */
export function unreadMarks(rooms: readonly Room[]): Map<string, Mark> {
  const marks = new Map<string, Mark>();
  for (const { id, me, head, read, unread, mentions } of rooms)
    if (me.state === 'joined' && (unread > 0 || mentions > 0))
      marks.set(id, { seq: head.seq, read, unread, mentions });
  return marks;
}

/** The room with only what came since the mark as unread; itself if the server knows more than the mark. */
export function quieted(room: Room, mark: Mark | undefined): Room {
  if (mark === undefined || room.read !== mark.read) return room;
  const since = (count: number, before: number) => Math.max(0, count - before);
  return { ...room, unread: since(room.unread, mark.unread), mentions: since(room.mentions, mark.mentions) };
}
