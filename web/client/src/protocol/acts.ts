import type * as f from './forms.js';

/** Names the act, so that trying again does nothing twice: a UUID. */
interface Named {
  readonly id?: string;
}
interface InRoom {
  readonly room: string;
}
interface OnMessage extends InRoom {
  readonly seq: number;
}
interface OnPerson extends InRoom, Named {
  readonly person: string;
}
interface ForReason extends OnPerson {
  readonly reason?: string;
}
interface Listing {
  readonly cursor?: string;
  readonly limit?: number;
}
interface Searching extends Listing {
  readonly query?: string;
}
interface Next {
  /** Ask with this cursor for more; absent at the end. */
  readonly next?: string;
}
interface Paging {
  readonly before?: number;
  readonly after?: number;
  readonly limit?: number;
}
type Nothing = Readonly<Record<string, never>>;
interface OneRoom {
  readonly room: f.Room;
}
interface OneMe {
  readonly me: f.Me;
}
interface Messages {
  readonly messages: readonly f.Message[];
}

/** Every act that can be asked over the connection: what goes in, what comes out. */
export interface Acts {
  'message-send': [
    InRoom & Named & { readonly text: string; readonly reply?: number; readonly thread?: number },
    f.Cursor & { readonly id: string; readonly at: number },
  ];
  'message-edit': [OnMessage & Named & { readonly text: string }, f.Cursor & { readonly at: number }];
  'message-delete': [OnMessage & Named, f.Cursor];
  'message-react': [OnMessage & Named & { readonly emoji: string }, f.Cursor];
  'message-unreact': [OnMessage & Named & { readonly emoji: string }, f.Cursor];
  'message-pin': [OnMessage & Named, f.Cursor];
  'message-unpin': [OnMessage & Named, f.Cursor];
  message: [OnMessage, { readonly message: f.Message }];
  'message-versions': [
    OnMessage,
    { readonly versions: readonly { readonly text: string; readonly at: number }[] },
  ];
  history: [InRoom & Paging & { readonly around?: number }, f.Page];
  thread: [
    OnMessage & Paging,
    { readonly root: f.Message; readonly page: f.Page; readonly read: number; readonly following: boolean },
  ];
  pins: [InRoom, Messages];
  report: [OnMessage & { readonly id?: string; readonly reason: string }, { readonly id: string }];

  'room-create': [
    Named & {
      readonly kind: 'public' | 'private' | 'announcement';
      readonly name: string;
      readonly topic?: string;
      readonly description?: string;
    },
    OneRoom,
  ];
  'room-direct': [
    { readonly id?: string; readonly people: readonly string[]; readonly name?: string },
    OneRoom,
  ];
  room: [InRoom, OneRoom];
  rooms: [Nothing, { readonly rooms: readonly f.Room[] }];
  'room-browse': [Searching, Next & { readonly rooms: readonly f.Room[] }];
  'room-change': [InRoom & Named & f.RoomChanges, OneRoom];
  'room-join': [InRoom & Named, OneRoom];
  'room-leave': [InRoom & Named, Nothing];
  'room-prefs': [InRoom & { readonly favourite?: boolean; readonly notify?: f.Notify }, OneRoom];
  members: [InRoom & Searching, Next & { readonly members: readonly f.Member[]; readonly total: number }];
  'room-invite': [OnPerson, Nothing];
  'room-remove': [ForReason, Nothing];
  'room-ban': [ForReason, Nothing];
  'room-unban': [ForReason, Nothing];
  'room-bans': [
    InRoom,
    {
      readonly people: readonly {
        readonly person: f.Author;
        readonly reason?: string;
        readonly by: f.Author;
        readonly at: number;
      }[];
    },
  ];
  'room-mute': [ForReason & { readonly seconds: number }, Nothing];
  'room-unmute': [OnPerson, Nothing];
  'room-rank': [OnPerson & { readonly rank: f.Rank }, Nothing];

  read: [
    OnMessage & { readonly thread?: number },
    { readonly read: number; readonly unread: number; readonly mentions: number },
  ];
  receipts: [OnMessage, { readonly people: readonly { readonly person: f.Author; readonly seq: number }[] }];
  save: [OnMessage, Nothing];
  unsave: [OnMessage, Nothing];
  saved: [Listing, Messages & Next];
  mentions: [Listing, Messages & Next];
  threads: [Listing, Next & { readonly threads: readonly f.Followed[] }];
  'thread-follow': [OnMessage, Nothing];
  'thread-unfollow': [OnMessage, Nothing];
  block: [{ readonly person: string }, Nothing];
  unblock: [{ readonly person: string }, Nothing];
  blocked: [Nothing, { readonly people: readonly f.Author[] }];
  me: [Nothing, OneMe];
  'profile-change': [{ readonly name?: string; readonly status?: string; readonly email?: string }, OneMe];
  'prefs-change': [Partial<f.Prefs>, OneMe];
  'state-set': [{ readonly state: 'online' | 'away' | 'dnd'; readonly manual?: boolean }, Nothing];

  people: [
    Searching & { readonly ids?: readonly string[] },
    Next & { readonly people: readonly f.Person[]; readonly total: number },
  ];
  person: [{ readonly person: string }, { readonly person: f.Person; readonly direct?: string }];
  server: [Nothing, f.Server];

  upgrade: [{ readonly name?: string; readonly email?: string; readonly password: string }, OneMe];
  'password-change': [{ readonly old: string; readonly new: string }, Nothing];
  sessions: [Nothing, { readonly sessions: readonly f.Session[] }];
  'session-revoke': [{ readonly session: string }, Nothing];
  'sessions-revoke-others': [Nothing, Nothing];
  'token-create': [
    { readonly name: string; readonly scopes: readonly f.Scope[]; readonly days?: number },
    { readonly id: string; readonly token: string },
  ];
  tokens: [Nothing, { readonly tokens: readonly f.Token[] }];
  'token-revoke': [{ readonly token: string }, Nothing];
  'invitation-create': [
    {
      readonly uses?: number;
      readonly days?: number;
      readonly room?: string;
      readonly role?: 'member' | 'guest';
    },
    { readonly invitation: f.Invitation },
  ];
  invitations: [Nothing, { readonly invitations: readonly f.Invitation[] }];
  'invitation-revoke': [{ readonly invitation: string }, Nothing];

  'person-role': [{ readonly person: string; readonly role: f.Role }, Nothing];
  'person-disable': [{ readonly person: string; readonly reason?: string }, Nothing];
  'person-enable': [{ readonly person: string; readonly reason?: string }, Nothing];
  'person-kick': [{ readonly person: string; readonly reason?: string }, Nothing];
  'person-purge': [{ readonly person: string; readonly room?: string }, { readonly deleted: number }];
  'person-reset': [
    { readonly person: string },
    { readonly code: string; readonly url: string; readonly expires: number },
  ];
  reports: [
    Listing & { readonly state?: 'open' | 'closed' },
    Next & { readonly reports: readonly f.Report[] },
  ];
  'report-resolve': [
    { readonly report: string; readonly resolution: f.Resolution; readonly note?: string },
    { readonly report: f.Report },
  ];
  settings: [Nothing, { readonly settings: f.Settings }];
  'settings-change': [Partial<f.Settings>, { readonly settings: f.Settings }];
  audit: [
    Listing & {
      readonly by?: string;
      readonly person?: string;
      readonly acts?: readonly string[];
      readonly room?: string;
    },
    Next & { readonly acts: readonly f.Audited[] },
  ];
  'rooms-all': [Searching, Next & { readonly rooms: readonly f.RoomSummary[] }];

  resume: [
    { readonly rooms: Readonly<Record<string, f.Cursor>> },
    { readonly rooms: Readonly<Record<string, f.Resumed>> },
  ];
}

export type ActName = keyof Acts;
export type In<A extends ActName> = Acts[A][0];
export type Out<A extends ActName> = Acts[A][1];

/** What the server tells without being asked. */
export interface Told {
  welcome: f.Welcome;
  entry: f.Entry;
  reset: { readonly room: string; readonly head: f.Cursor; readonly page: f.Page };
  'room-added': OneRoom;
  'room-removed': { readonly room: string; readonly reason?: 'left' | 'removed' | 'banned' | 'archived' };
  'room-updated': OneRoom;
  read: { readonly room: string; readonly person: string; readonly seq: number; readonly thread?: number };
  mention: {
    readonly room: string;
    readonly seq: number;
    readonly author: f.Author;
    readonly text: string;
  };
  typing: { readonly room: string; readonly person: f.Author; readonly thread?: number };
  presence: { readonly person: string; readonly state: f.Presence; readonly seen?: number };
  presences: { readonly states: Readonly<Record<string, f.Presence>>; readonly total: number };
  'person-updated': { readonly person: f.Person };
  'me-updated': OneMe;
  blocked: { readonly people: readonly string[] };
  saved: { readonly room: string; readonly seq: number; readonly saved: boolean };
  'signed-out': { readonly reason: 'revoked' | 'banned' | 'expired' | 'password' };
}

export type ToldName = keyof Told;
