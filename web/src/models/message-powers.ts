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

export function powersOver(row: Row, room: Room, me: string, inThread: boolean): Powers {
  const kept = row.kind === 'message' && row.seq > 0 && row.state === 'sent' && !row.deleted;
  const here = kept && room.me.state === 'joined' && !room.archived;
  const silenced = silence(room, inThread);
  return {
    react: here,
    reply: here && silenced === null,
    thread: kept && !inThread && (here || (row.replies ?? 0) > 0),
    edit: here && row.author.id === me,
    delete: here && (row.author.id === me || leads(room)),
    pin: here && (leads(room) || room.kind === 'direct' || room.kind === 'group'),
    save: kept,
    report: kept && row.author.id !== me,
  };
}

/** Why one cannot write here, or null. */
export type Silence = 'not-joined' | 'archived' | 'muted' | 'announcement' | 'read-only';

export function silence(room: Room, inThread: boolean, now = Date.now(), me?: Me): Silence | null {
  if (room.me.state !== 'joined') return 'not-joined';
  if (room.archived) return 'archived';
  if ((room.me.mutedUntil ?? 0) > now) return 'muted';
  if (me?.scopes !== undefined && !me.scopes.includes('write')) return 'read-only';
  return room.kind === 'announcement' && !inThread && !leads(room) ? 'announcement' : null;
}

/** Seconds until slow mode lets one write again. Those who lead the room need not wait. */
export function slowFor(room: Room, lastAt: number | undefined, now: number): number {
  if (room.slow === 0 || lastAt === undefined || leads(room)) return 0;
  return Math.max(0, Math.ceil((lastAt + room.slow * 1000 - now) / 1000));
}

function leads(room: Room): boolean {
  return room.me.rank !== 'member';
}
