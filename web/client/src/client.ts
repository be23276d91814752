import type { Act } from './act.js';
import { Credentials, type Auth } from './credentials.js';
import { Drafts } from './drafts.js';
import { Emitter } from './emitter.js';
import { Failure } from './failure.js';
import { Link, type State } from './link.js';
import { Outbox, type Pending } from './outbox.js';
import { People } from './people.js';
import type { ActName, In, Out, Told } from './protocol/acts.js';
import type { Author, Entry, Limits, Me, Program, Room } from './protocol/forms.js';
import { Rooms } from './rooms.js';
import { search, type Found } from './search.js';
import { Keeper, memoryStorage, type Storage } from './storage.js';
import { uuidv7 } from './uuid.js';
import type { View } from './view.js';
import { socketWire, type Wire, type WireEvents } from './wire.js';

/** Bytes of auth that the server takes, with some to spare. */
const MOST_AUTH = 15 * 1024;

export interface ClientOptions {
  /** Of the server, for example https://chat.example.org; empty for that of the page. */
  readonly url: string;
  readonly auth: Auth;
  /** What outlives the page or process; by default nothing does. */
  readonly storage?: Storage;
  /** Names this tab or process, if it is to find its own drafts and messages after a reload. */
  readonly tab?: string;
  /** Follow every room without a hole, also those that are not open: for bots. */
  readonly everyRoom?: boolean;
  /** How to reach the server; by default the stock Socket.IO client. */
  readonly wire?: (url: string, events: WireEvents) => Wire;
  /** Between 0 and 1, for scattering tries. */
  readonly random?: () => number;
}

export interface ClientEvents {
  state: State;
  me: Me;
  /** The list of rooms, or something of a room in it, is different now. At most once per turn. */
  rooms: readonly Room[];
  /** One is not in the room any more. */
  'room-removed': Told['room-removed'];
  /** An entry of a room: in order, each once; without a hole in open rooms, or in all with everyRoom. */
  entry: Entry;
  /** A message of one's own was refused, with `failure`: it waits for `retry` or `discard` of its room. */
  failed: Pending;
  mention: Told['mention'];
  /** The program that the server runs changed since the page was loaded: offer a reload. */
  upgraded: Program;
  /** Somebody has to sign in. Not told of a token that has expired where `auth` gives another. */
  'signed-out': Told['signed-out'];
  saved: Told['saved'];
  /** The storage refused; nothing is lost as long as the page lives. */
  storage: unknown;
}

/** One person's connection to a server, with everything that is known through it. */
export class Client extends Emitter<ClientEvents> {
  readonly people: People;
  readonly drafts: Drafts;
  readonly #keeper: Keeper;
  readonly #credentials: Credentials;
  readonly #link: Link;
  readonly #wire: Wire;
  readonly #outbox: Outbox;
  readonly #rooms: Rooms;
  readonly #options: ClientOptions;
  #me: Me | undefined;
  #known: Author = { id: '', name: '' };
  #server: Program | undefined;
  #limits: Limits | undefined;
  #ahead = 0;

  /** Use createClient, which also connects. */
  constructor(options: ClientOptions) {
    super();
    this.#options = options;
    const tab = options.tab ?? uuidv7();
    const keeper = new Keeper(options.storage ?? memoryStorage(), (error) => this.emit('storage', error));
    this.#keeper = keeper;
    this.#credentials = new Credentials(options.auth, keeper);
    this.people = new People(this.act);
    this.drafts = new Drafts(keeper, tab);
    this.#outbox = new Outbox({
      keeper,
      tab,
      now: () => this.now(),
      changed: (room) => this.#rooms.drawn(room),
      failed: (message) => this.emit('failed', message),
      send: ({ room, id, text, reply, thread }) =>
        this.act('message-send', { room, id, text, ...(reply && { reply }), ...(thread && { thread }) }),
      ...(options.random && { random: options.random }),
    });
    this.#rooms = new Rooms({
      act: this.act,
      outbox: this.#outbox,
      drafts: this.drafts,
      people: this.people,
      everyRoom: options.everyRoom === true,
      online: () => this.#link.online,
      me: () => this.#known,
      changed: () => this.emit('rooms', this.rooms),
      removed: (told) => this.emit('room-removed', told),
      entry: (entry) => this.emit('entry', entry),
      typing: (room, thread) =>
        this.#link.online && this.#wire.signal('typing', { room, ...(thread && { thread }) }),
    });
    this.#wire = (options.wire ?? socketWire)(options.url, {
      auth: async () => {
        const who = await this.#credentials.show();
        return { ...who, resume: this.#rooms.cursors(MOST_AUTH - JSON.stringify(who).length) };
      },
      refused: (failure) => this.#refused(failure),
      lost: () => this.#lost(),
      told: (event, payload) => this.#told(event, payload),
    });
    this.#link = new Link({
      connect: () => this.#wire.connect(),
      disconnect: () => this.#wire.disconnect(),
      changed: (state) => this.emit('state', state),
      ...(options.random && { random: options.random }),
    });
  }

  get state(): State {
    return this.#link.state;
  }

  /** Undefined until the first welcome. */
  get me(): Me | undefined {
    return this.#me;
  }

  get server(): Program | undefined {
    return this.#server;
  }

  get limits(): Limits | undefined {
    return this.#limits;
  }

  /** The rooms one is in or invited to, the one with the newest message first. */
  get rooms(): readonly Room[] {
    return this.#rooms.list;
  }

  /** How many messages wait in the outbox. */
  get waiting(): number {
    return this.#outbox.waiting;
  }

  /** The time by the server's clock, in Unix milliseconds. */
  now(): number {
    return Date.now() + this.#ahead;
  }

  /** Opens a room, also before there is a connection. Close what was opened. */
  room(id: string): View {
    return this.#rooms.open(id);
  }

  /** Sends a message to a room that need not be open: as durable as View.send. */
  send(room: string, message: string | { text: string; reply?: number; thread?: number }): void {
    this.#outbox.add({ room, ...(typeof message === 'string' ? { text: message } : message) });
  }

  /** Does any act of the contract. Rejects with a Failure; with code `offline` at once when not connected. */
  readonly act: Act = async <A extends ActName>(name: A, input: In<A>): Promise<Out<A>> => {
    if (!this.#link.online) throw new Failure('offline');
    const out = (await this.#wire.ask(name, input)) as Out<A>;
    const told = out as Partial<Out<'people'> & Out<'person'> & Out<'members'> & Out<'me'> & Out<'room'>>;
    if (told.me !== undefined) this.#became(told.me);
    if (told.room?.me.state === 'joined') this.#rooms.added(told.room);
    if (name === 'people') this.people.learn(told.people ?? []);
    if (name === 'person' && told.person !== undefined) this.people.learn([told.person]);
    if (name === 'members') this.people.learn((told.members ?? []).map(({ person }) => person));
    if (name === 'blocked') this.people.block((told.people ?? []).map(({ id }) => id));
    return out;
  };

  /** Rooms and people for a quick switcher, of those that are known here. */
  search(query: string, limit?: number): Found[] {
    const others = this.people.all.filter(({ id }) => id !== this.#known.id);
    return search(query, this.rooms, others, limit);
  }

  /** Says whether there is a network at all; without one nothing is tried. */
  network(available: boolean): void {
    this.#link.network(available);
  }

  /** Makes the next try now, and those after it soon again: somebody does not want to wait. */
  retryNow(): void {
    this.#link.retryNow();
  }

  /** Connects as somebody, perhaps somebody else. */
  signIn(auth: Auth): void {
    this.#credentials.set(auth);
    this.#wire.disconnect();
    this.#lost();
    this.#link.open();
  }

  /** Stops. What is not sent stays in the storage for the next client. */
  close(): void {
    this.drafts.flush();
    this.#outbox.end();
    this.#rooms.end();
    this.people.end();
    this.#link.end({ name: 'closed' });
  }

  /** @internal */
  async start(): Promise<void> {
    this.#link.open();
    // Whoever it was last time, if anybody: what they wrote shows before there is a connection.
    const last = (await this.#keeper.get('me')) as Author | undefined;
    if (this.#me === undefined) await this.#remember(last?.id ? last : this.#known);
  }

  async #remember(me: Author): Promise<void> {
    if (this.#known.id !== me.id) this.#keeper.set('me', { id: me.id, name: me.name });
    this.#known = me;
    await Promise.all([this.#outbox.restore(me.id), this.drafts.restore(me.id)]);
    this.#rooms.drawn();
  }

  #became(me: Me): void {
    this.#me = me;
    this.people.learn([me]);
    this.emit('me', me);
  }

  #refused(failure: Failure): void {
    if (failure.code === 'unauthorized' && this.#credentials.refused()) {
      this.#wire.disconnect();
      this.#link.open();
    } else this.#link.refused(failure);
  }

  #lost(): void {
    this.#outbox.close();
    this.#rooms.lost();
    this.#link.lost();
  }

  #told(event: string, payload: unknown): void {
    const listener = this.#listeners[event as keyof Told] as ((told: unknown) => void) | undefined;
    listener?.(payload);
  }

  readonly #listeners: { [E in keyof Told]: (told: Told[E]) => void } = {
    welcome: (told) => this.#welcome(told),
    entry: (entry) => {
      this.people.met(entry.author);
      this.#rooms.entry(entry);
    },
    reset: (told) => this.#rooms.reset(told),
    'room-added': ({ room }) => this.#rooms.added(room),
    'room-removed': (told) => this.#rooms.removed(told),
    'room-updated': ({ room }) => this.#rooms.added(room),
    read: (told) => this.#rooms.read(told),
    mention: (told) => this.emit('mention', told),
    typing: (told) => this.#rooms.typing(told),
    presence: ({ person, state, seen }) => this.people.told({ [person]: state }, seen),
    presences: ({ states, total }) =>
      Object.keys(states).length < total ? this.people.told(states) : this.people.here(states),
    'person-updated': ({ person }) => this.people.learn([person]),
    'me-updated': ({ me }) => this.#became(me),
    blocked: ({ people }) => this.people.block(people),
    saved: (told) => {
      this.#rooms.saved(told);
      this.emit('saved', told);
    },
    'signed-out': (told) => {
      // The connection is closed next, and the one after it shows a new token.
      if (told.reason === 'expired' && this.#credentials.expired()) return;
      this.#credentials.forget();
      this.#outbox.close();
      this.#link.end({ name: 'unauthorized', reason: told.reason });
      this.emit('signed-out', told);
    },
  };

  #welcome(told: Told['welcome']): void {
    this.#ahead = told.time - Date.now();
    this.#credentials.welcomed(told.token);
    this.#limits = told.limits;
    const before = this.#server;
    this.#server = told.server;
    // Before the state, so that whoever hears of it finds everything in place.
    this.#me = told.me;
    const { id, name } = told.me;
    void this.#remember({ id, name });
    this.#link.welcomed();
    this.#became(told.me);
    this.people.here(told.online);
    this.#rooms.welcome(told);
    this.#outbox.open();
    this.act('blocked', {}).catch(() => undefined);
    if (before !== undefined && before.build !== told.server.build) this.emit('upgraded', told.server);
  }
}

/** Connects to a server. */
export function createClient(options: ClientOptions): Client {
  const client = new Client(options);
  void client.start();
  return client;
}
