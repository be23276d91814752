import type { Me, Room, Row } from '@causerie/client';

/** What one may do with a message. The server decides; this is what is offered. */
export interface Powers {
  readonly react: boolean;
  readonly reply: boolean;
  readonly thread: boolean;
  readonly edit: boolean;
  readonly delete: boolean;
  readonly pin: boolean;
  readonly save: boolean;
  readonly report: boolean;
}

/** What a room is to somebody at a moment, beside what it says of itself. */
export interface Situation {
  readonly inThread: boolean;
  readonly now?: number;
  readonly me?: Me | undefined;
  /** The other one of a direct room is blocked. */
  readonly blocked?: boolean;
}

export function powersOver(row: Row, room: Room, me: string, situation: Situation): Powers {
  const kept = row.kind === 'message' && row.seq > 0 && row.state === 'sent' && !row.deleted;
  const here = kept && room.me.state === 'joined' && !room.archived;
  const why = silence(room, situation);
  // An edit or a reaction reaches people as a message does.
  const heard = here && (why === null || why === 'announcement');
  return {
    react: heard,
    reply: here && why === null,
    thread: kept && !situation.inThread && (here || (row.replies ?? 0) > 0),
    edit: heard && row.author.id === me,
    delete: here && (row.author.id === me || leads(room)),
    pin: heard && (leads(room) || room.kind === 'direct' || room.kind === 'group'),
    save: kept,
    report: kept && row.author.id !== me,
  };
}

/** Why one cannot write here, or null. */
export type Silence = 'not-joined' | 'archived' | 'muted' | 'blocked' | 'announcement' | 'read-only';

export function silence(room: Room, { inThread, now = Date.now(), me, blocked }: Situation): Silence | null {
  if (room.me.state !== 'joined') return 'not-joined';
  if (room.archived) return 'archived';
  if ((room.me.mutedUntil ?? 0) > now) return 'muted';
  if (me?.scopes !== undefined && !me.scopes.includes('write')) return 'read-only';
  if (room.kind === 'direct' && blocked === true) return 'blocked';
  return room.kind === 'announcement' && !inThread && !leads(room) ? 'announcement' : null;
}

/**
 * Seconds until slow mode lets one write again. Those who lead the room need
 * not wait. A last message of the future is one by another clock: the server
 * knows better.
 */
export function slowFor(room: Room, lastAt: number | undefined, now: number): number {
  if (!slows(room) || lastAt === undefined || lastAt > now) return 0;
  return Math.max(0, Math.ceil((lastAt + room.slow * 1000 - now) / 1000));
}

/** Slow mode is on for whoever this is. */
export function slows(room: Room): boolean {
  return room.slow > 0 && !leads(room);
}

/** Of so many, anybody may call all at once; of more, those who lead the room. */
const SMALL_ROOM = 50;

/** Whether @room and @here call anybody when one writes them. */
export function callsAll(room: Room): boolean {
  if (room.kind === 'direct') return false;
  return leads(room) || (room.id !== 'lobby' && room.members <= SMALL_ROOM);
}

function leads(room: Room): boolean {
  return room.me.rank !== 'member';
}
