/** The forms of the wire, as docs/events.md tells them. Times are Unix milliseconds. */

export type Role = 'owner' | 'admin' | 'member' | 'guest';
export type Rank = 'owner' | 'moderator' | 'member';
export type Presence = 'online' | 'away' | 'dnd' | 'offline';
export type RoomKind = 'public' | 'private' | 'announcement' | 'direct' | 'group';
export type Notify = 'all' | 'mentions' | 'none';

/** A person as of when something was written. */
export interface Author {
  readonly id: string;
  readonly name: string;
}

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly status?: string;
  readonly state: Presence;
  readonly seen?: number;
  readonly disabled?: boolean;
}

export interface Prefs {
  /** Whether others see how far one has read. */
  readonly receipts: boolean;
  readonly theme?: string;
  readonly locale?: string;
  readonly sendKey?: string;
  /** Up to 8 KB of whatever a client keeps for itself. */
  readonly app?: Readonly<Record<string, unknown>>;
}

export type Scope = 'read' | 'write' | 'admin';

export interface Me extends Person {
  readonly email?: string;
  readonly guest: boolean;
  readonly prefs: Prefs;
  readonly scopes?: readonly Scope[];
}

/** A place in the log of a room: everything up to `seq`, whose chain is `fp`. */
export interface Cursor {
  readonly seq: number;
  readonly fp: string;
}

export interface RoomChanges {
  readonly kind?: RoomKind;
  readonly name?: string;
  readonly topic?: string;
  readonly description?: string;
  readonly archived?: boolean;
  readonly slow?: number;
}

export type NoticeType =
  | 'create'
  | 'room'
  | 'join'
  | 'leave'
  | 'invite'
  | 'remove'
  | 'ban'
  | 'unban'
  | 'mute'
  | 'unmute'
  | 'rank'
  | 'pin';

export type EntryType = NoticeType | 'message' | 'edit' | 'delete' | 'react' | 'unreact' | 'unpin';

/** One thing that happened in a room. Which fields there are depends on the type. */
export interface Entry extends Cursor {
  readonly room: string;
  /** The UUID that whoever made the entry gave it. */
  readonly id: string;
  readonly type: EntryType;
  readonly author: Author;
  readonly at: number;
  /** message, edit: what was written; empty when it has been deleted since. */
  readonly text?: string;
  /** message: the number of the message that this one answers. */
  readonly reply?: number;
  /** Of messages and what is done to them: the number of the message whose thread it happened in. */
  readonly thread?: number;
  readonly mentions?: readonly string[];
  readonly calls?: 'room' | 'here';
  readonly deleted?: boolean;
  /** edit, delete, react, unreact, pin, unpin: the message it is about. */
  readonly ref?: number;
  readonly emoji?: string;
  readonly changes?: RoomChanges;
  readonly subject?: Author;
  readonly until?: number;
  readonly reason?: string;
  readonly rank?: Rank;
}

export interface Reaction {
  readonly emoji: string;
  readonly count: number;
  /** Up to 20 of them. */
  readonly people: readonly string[];
  readonly mine: boolean;
}

/** A message as it is now: everything that happened to it is folded in. */
export interface Message extends Entry {
  readonly edited?: { readonly at: number; readonly seq: number };
  readonly deletedBy?: Author;
  readonly reactions?: readonly Reaction[];
  readonly pinned?: boolean;
  readonly saved?: boolean;
  readonly replies?: number;
  readonly lastReply?: number;
}

/** What a timeline shows: a message, or an entry of one of the NoticeTypes. */
export type Item = Message;

export interface Page {
  /** Ascending by seq. */
  readonly items: readonly Item[];
  /** Ask with this `before` for older ones; absent at the beginning. */
  readonly before?: number;
  /** Ask with this `after` for newer ones; absent at the end. */
  readonly after?: number;
  readonly head: Cursor;
}

export interface Standing {
  readonly state: 'joined' | 'invited' | 'none' | 'banned';
  readonly rank: Rank;
  readonly mutedUntil?: number;
  readonly favourite: boolean;
  readonly notify: Notify;
}

export interface Room {
  readonly id: string;
  readonly kind: RoomKind;
  /** Empty in a direct room: it is called after `people`. */
  readonly name: string;
  readonly topic: string;
  readonly description: string;
  readonly archived: boolean;
  /** Seconds between two messages of one person; 0 is none. */
  readonly slow: number;
  readonly created: number;
  readonly members: number;
  /** direct and group: the others, up to 10. */
  readonly people?: readonly Author[];
  readonly me: Standing;
  readonly head: Cursor;
  /** How far one has read. */
  readonly read: number;
  /** Messages of others after `read`; 100 stands for more than 99. */
  readonly unread: number;
  readonly mentions: number;
  readonly latest?: Entry;
}

export interface Limits {
  readonly message: number;
  readonly nickname: number;
  readonly roomName: number;
  readonly topic: number;
  readonly description: number;
  readonly reason: number;
  readonly status: number;
  readonly reactionsPerMessage: number;
  readonly mentionsPerMessage: number;
  readonly groupPeople: number;
  readonly roomsPerPerson: number;
  readonly page: number;
  readonly resume: number;
  readonly sendRate: number;
  readonly sendBurst: number;
}

/** What was missed in one room: `entries`, or `reset`, or `gone`. */
export interface Resumed {
  readonly entries?: readonly Entry[];
  readonly reset?: boolean;
  readonly reason?: 'diverged' | 'too-far';
  readonly page?: Page;
  readonly head?: Cursor;
  readonly gone?: boolean;
}

export interface Program {
  readonly name: string;
  readonly version: string;
  readonly build: string;
}

export interface Welcome {
  readonly me: Me;
  readonly token?: string;
  readonly server: Program;
  readonly limits: Limits;
  readonly rooms: readonly Room[];
  readonly online: Readonly<Record<string, Presence>>;
  readonly resumed?: Readonly<Record<string, Resumed>>;
  readonly time: number;
}

export interface Member {
  readonly person: Person;
  readonly rank: Rank;
  readonly mutedUntil?: number;
  readonly since?: number;
}

export interface Followed {
  readonly root: Message;
  readonly unread: number;
  readonly read: number;
  readonly lastReply?: number;
}

export interface RoomName {
  readonly id: string;
  readonly name: string;
}

export interface Session {
  readonly id: string;
  readonly device: string;
  readonly address: string;
  readonly created: number;
  readonly seen: number;
  readonly current: boolean;
  readonly expires: number;
}

export interface Token {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly created: number;
  readonly seen?: number;
  readonly expires?: number;
}

export interface Invitation {
  readonly id: string;
  /** Told once, to whoever makes it. */
  readonly code?: string;
  readonly url?: string;
  readonly created: number;
  readonly by: Author;
  readonly expires?: number;
  /** 0 is no limit. */
  readonly uses: number;
  readonly used: number;
  readonly room?: RoomName;
  readonly role: 'member' | 'guest';
}

export type Resolution = 'kept' | 'deleted' | 'banned';

export interface Report {
  readonly id: string;
  readonly at: number;
  readonly by: Author;
  readonly room: RoomName;
  readonly message: {
    readonly seq: number;
    readonly author: Author;
    readonly text: string;
    readonly at: number;
  };
  readonly reason: string;
  readonly state: 'open' | 'closed';
  readonly resolution?: Resolution;
  readonly note?: string;
  readonly resolvedBy?: Author;
}

export interface Settings {
  readonly name: string;
  readonly registration: 'open' | 'invitation' | 'closed';
  readonly guests: boolean;
  readonly memberInvitations: boolean;
}

export interface Audited {
  readonly id: string;
  readonly at: number;
  readonly by: Author;
  readonly act: string;
  readonly room?: string;
  readonly person?: Author;
  readonly detail?: string;
}

export interface RoomSummary {
  readonly id: string;
  readonly kind: RoomKind;
  readonly name: string;
  readonly members: number;
  readonly archived: boolean;
  readonly created: number;
  readonly head: Cursor;
}

export interface Server {
  readonly name: string;
  readonly version: string;
  /** Nobody owns the house yet. */
  readonly setup: boolean;
  readonly registration: Settings['registration'];
  readonly guests: boolean;
  readonly limits: Limits;
  readonly me?: Me;
}
