import { RoomLog } from './log.js';
import type { Cursor, Entry, Room } from './protocol/forms.js';
import { Typing } from './typing.js';

/** More than 99 is told as 100. */
const MOST_COUNTED = 100;
const MARK_EVERY_MS = 2000;

/** What a room needs of its client. */
export interface RoomHost {
  readonly me: () => string;
  readonly blocked: (person: string) => boolean;
  readonly applied: (room: LiveRoom, entry: Entry) => void;
  readonly broken: (room: LiveRoom) => void;
  readonly changed: (room: LiveRoom) => void;
  /** What the server knows better has changed: asks for the room anew. */
  readonly refresh: (room: LiveRoom) => void;
  readonly mark: (room: LiveRoom, seq: number) => Promise<unknown>;
  readonly typing: (room: LiveRoom, thread?: number) => void;
  readonly typed: (room: LiveRoom, thread?: number) => void;
}

/** A room as it is now: its form is kept live by the entries of its log. */
export class LiveRoom {
  readonly id: string;
  readonly log: RoomLog;
  readonly #host: RoomHost;
  readonly #typing = new Map<number, Typing>();
  /** How far others have read, of those who show it. */
  readonly readers = new Map<string, number>();
  #form: Room;
  /** The counts of the form hold everything up to here. */
  #counted: number;
  /** Numbers of counted messages since then: what a deletion takes back. */
  readonly #unread = new Map<number, boolean>();
  #wanted = 0;
  #marking = false;

  constructor(form: Room, host: RoomHost) {
    this.id = form.id;
    this.#form = form;
    this.#host = host;
    this.#counted = form.head.seq;
    this.log = new RoomLog(form.head, {
      applied: (entry) => this.#applied(entry),
      broken: () => host.broken(this),
    });
  }

  /** A new object whenever something has changed, and only then. */
  get form(): Room {
    return this.#form;
  }

  /** Takes the room as the server tells it, at the beginning or after a change. */
  told(form: Room): void {
    const newer = form.head.seq >= this.log.cursor.seq;
    const { read, unread, mentions, latest } = this.#form;
    const keep = { read, unread, mentions, ...(latest && { latest }) };
    this.#form = newer ? form : { ...form, ...keep, head: this.log.cursor };
    if (newer) {
      this.#counted = form.head.seq;
      this.#unread.clear();
    }
    this.#host.changed(this);
    if (this.#wanted <= form.read) return;
    // The server has not heard yet how far one is.
    if (newer && this.#wanted >= (form.latest?.seq ?? form.head.seq)) this.#count(this.#wanted, 0, 0);
    if (!this.#marking) void this.#mark();
  }

  /** One is not in it any more. */
  left(): void {
    this.#form = { ...this.#form, me: { ...this.#form.me, state: 'none' }, unread: 0, mentions: 0 };
    this.#host.changed(this);
  }

  /** The log begins anew at another place. */
  jump(head: Cursor): void {
    this.log.jump(head);
    this.#host.refresh(this);
  }

  typing(thread = 0): Typing {
    let typing = this.#typing.get(thread);
    if (typing === undefined) {
      typing = new Typing(
        () => this.#host.typing(this, thread || undefined),
        () => this.#host.typed(this, thread || undefined),
      );
      this.#typing.set(thread, typing);
    }
    return typing;
  }

  /** Nobody is heard any more. */
  silent(): void {
    for (const typing of this.#typing.values()) typing.clear();
  }

  /** Says how far one has read. Never goes back, is told to the server at most every two seconds. */
  markRead(seq: number): void {
    if (seq <= Math.max(this.#wanted, this.#form.read)) return;
    this.#wanted = seq;
    this.#reckon(seq);
    if (!this.#marking) void this.#mark();
  }

  /** Somebody has read that far, here or on another device. */
  readBy(person: string, seq: number): void {
    if (person !== this.#host.me()) {
      this.readers.set(person, Math.max(seq, this.readers.get(person) ?? 0));
      this.#host.changed(this);
    } else if (seq > this.#form.read || this.#form.unread > 0) {
      this.#wanted = Math.max(seq, this.#wanted);
      if (!this.#reckon(seq)) this.#host.refresh(this);
    }
  }

  async #mark(): Promise<void> {
    const seq = this.#wanted;
    this.#marking = true;
    try {
      await this.#host.mark(this, seq);
      // The counts of the answer are of a moment that nobody knows; those of a room have its head.
      if (!this.#reckon(seq)) this.#host.refresh(this);
    } catch {
      // Told again with the next mark, or the next welcome.
      this.#marking = false;
      return;
    }
    const timer = setTimeout(() => {
      this.#marking = false;
      if (this.#wanted > seq) void this.#mark();
    }, MARK_EVERY_MS);
    (timer as { unref?: () => void }).unref?.();
  }

  /** Counts what is unread after seq; false if not all of it has been told one by one. */
  #reckon(seq: number): boolean {
    if (seq < this.#counted && seq < (this.#form.latest?.seq ?? this.log.cursor.seq)) return false;
    const left = [...this.#unread].filter(([unread]) => unread > seq);
    this.#count(seq, Math.min(MOST_COUNTED, left.length), left.filter(([, called]) => called).length);
    return true;
  }

  #count(read: number, unread: number, mentions: number): void {
    this.#form = { ...this.#form, read: Math.max(read, this.#form.read), unread, mentions };
    for (const seq of this.#unread.keys()) if (seq <= read) this.#unread.delete(seq);
    this.#host.changed(this);
  }

  #applied(entry: Entry): void {
    let form: Room = { ...this.#form, head: this.log.cursor };
    if (entry.type === 'message') {
      this.#typing.get(entry.thread ?? 0)?.ended(entry.author.id);
      if (entry.thread === undefined) form = { ...form, latest: entry };
      if (entry.seq > this.#counted) form = this.#countIn(form, entry);
    } else if (entry.type === 'edit' && entry.ref === form.latest?.seq && form.latest !== undefined) {
      form = { ...form, latest: { ...form.latest, text: entry.text ?? '' } };
    } else if (entry.type === 'delete') {
      form = this.#countOut(form, entry.ref ?? 0);
    } else if (entry.seq > this.#counted) {
      form = this.#changedBy(form, entry);
    }
    this.#form = form;
    this.#host.applied(this, entry);
    this.#host.changed(this);
  }

  #countIn(form: Room, entry: Entry): Room {
    const me = this.#host.me();
    if (entry.author.id === me || this.#host.blocked(entry.author.id)) return form;
    const called = entry.calls !== undefined || entry.mentions?.includes(me) === true;
    if (entry.thread === undefined) this.#unread.set(entry.seq, called);
    return {
      ...form,
      unread: Math.min(MOST_COUNTED, form.unread + (entry.thread === undefined ? 1 : 0)),
      mentions: Math.min(MOST_COUNTED, form.mentions + (called ? 1 : 0)),
    };
  }

  #countOut(form: Room, ref: number): Room {
    const called = this.#unread.get(ref);
    const { latest } = form;
    const after = latest?.seq === ref ? { ...form, latest: { ...latest, text: '', deleted: true } } : form;
    if (called === undefined || form.unread >= MOST_COUNTED) {
      if (ref > form.read && form.unread > 0) this.#host.refresh(this);
      return after;
    }
    this.#unread.delete(ref);
    return { ...after, unread: form.unread - 1, mentions: form.mentions - (called ? 1 : 0) };
  }

  #changedBy(form: Room, entry: Entry): Room {
    const mine = entry.subject?.id === this.#host.me();
    switch (entry.type) {
      case 'room':
        return { ...form, ...entry.changes };
      case 'join':
        return { ...form, members: form.members + 1 };
      case 'leave':
        return { ...form, members: form.members - 1 };
      case 'rank':
        return mine && entry.rank ? { ...form, me: { ...form.me, rank: entry.rank } } : form;
      case 'mute':
      case 'unmute':
        return mine ? { ...form, me: { ...form.me, mutedUntil: entry.until ?? 0 } } : form;
      case 'invite':
      case 'remove':
      case 'ban':
        // Whether they were in is not in the entry.
        this.#host.refresh(this);
        return form;
      default:
        return form;
    }
  }
}
