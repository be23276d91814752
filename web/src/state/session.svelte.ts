import {
  createClient,
  Failure,
  openDoor,
  type Client,
  type Limits,
  type Me,
  type Server,
  type State,
} from '@causerie/client';
import { indexedDBStorage, tabName, watchBrowser } from '@causerie/client/browser';
import type { Told } from '@causerie/client';
import { Kept, type House } from './kept';

/** Until the server has told its own. */
const USUAL_LIMITS: Limits = {
  message: 4000,
  nickname: 32,
  roomName: 64,
  topic: 250,
  description: 2000,
  reason: 500,
  status: 100,
  reactionsPerMessage: 50,
  mentionsPerMessage: 20,
  groupPeople: 50,
  roomsPerPerson: 500,
  page: 200,
  resume: 1000,
  sendRate: 5,
  sendBurst: 20,
};

/** A drop shorter than this is nobody's business. */
const QUIET_MS = 2000;

/** This browser was signed in last time: connecting need not wait for the server's word. */
const SIGNED_IN = 'causerie.signed-in';

/**
 * opening: who one is is not known yet · unreachable: nor can the server be
 * asked · setup: nobody owns the house · entry: one has to say who one is ·
 * chat: there is a client.
 */
export type Phase = 'opening' | 'unreachable' | 'setup' | 'entry' | 'chat';

/** Who one is on this server, and the one client of the page. */
class Session {
  phase = $state<Phase>('opening');
  /** As of the last visit until the first welcome; undefined where there was none, and after signing out. */
  me = $state.raw<Me>();
  link = $state.raw<State>({ name: 'connecting' });
  /** There has been no connection for so long that it should be said. */
  troubled = $state(false);
  limits = $state.raw<Limits>(USUAL_LIMITS);
  /** What the server says to everybody, once it was asked. */
  server = $state.raw<Server>();
  /** Why one was signed out, until somebody signs in. */
  signedOut = $state.raw<Told['signed-out']['reason']>();
  /** What there was at the last visit, until it is known what there is. */
  recalled = $state.raw<House>();
  /** What this browser keeps of the one who is signed in. */
  kept: Kept | undefined;
  /** The server runs a newer app than this page. */
  upgraded = $state(false);
  /** What is done before there is a client: passwords and codes. */
  readonly door = openDoor();
  #client = $state.raw<Client>();
  #stop: () => void = () => undefined;
  #quiet: ReturnType<typeof setTimeout> | undefined;
  readonly #followers = new Set<(client: Client) => void>();
  /** What a page waits for first is there: one is online, or has to say who one is, or neither comes. */
  readonly arrived: Promise<void>;
  #arrive: () => void = () => undefined;

  constructor() {
    this.arrived = new Promise((resolve) => (this.#arrive = resolve));
    // Told by the service worker's side of the page, see sw.ts.
    addEventListener('causerie-update', () => (this.upgraded = true));
  }

  /** Only there in the phase `chat`, in which everything below the entry is. */
  get client(): Client {
    if (this.#client === undefined) throw new Error('There is no client before somebody is signed in.');
    return this.#client;
  }

  get online(): boolean {
    return this.link.name === 'online';
  }

  /** Calls follow with every client of the page, before it connects. */
  follow(follow: (client: Client) => void): void {
    this.#followers.add(follow);
  }

  /** Asks the server who one is. */
  async open(): Promise<void> {
    if (remembered()) this.enter();
    try {
      this.server = await this.door.server();
    } catch (error) {
      if (this.phase !== 'chat') this.phase = 'unreachable';
      this.#arrive();
      if (!(error instanceof Failure)) throw error;
      return;
    }
    if (this.server.setup) this.#leave('setup');
    else if (this.server.me !== undefined) this.enter();
    else if (this.phase !== 'chat') this.phase = 'entry';
    if (this.phase !== 'chat') this.#arrive();
  }

  /** One is signed in by the cookie: connects. */
  enter(): void {
    if (this.#client !== undefined) return;
    remember(true);
    this.signedOut = undefined;
    const storage = indexedDBStorage();
    const client = createClient({
      url: '',
      auth: { cookie: true },
      storage,
      tab: tabName(),
    });
    client.on('state', (state) => this.#became(state));
    client.on('me', (me) => {
      // Somebody else has signed in meanwhile: what was kept is not theirs.
      if (this.me !== undefined && this.me.id !== me.id) void this.kept?.forget();
      if (this.recalled?.me.id !== me.id) this.recalled = undefined;
      this.me = me;
      this.limits = client.limits ?? USUAL_LIMITS;
    });
    client.on('upgraded', () => (this.upgraded = true));
    client.on('signed-out', ({ reason }) => (this.signedOut = reason));
    for (const follow of this.#followers) follow(client);
    this.#client = client;
    this.#stop = watchBrowser(client);
    this.phase = 'chat';
    this.#listen(this.link);
    this.kept = new Kept(storage);
    void this.#recall(this.kept);
  }

  /** Ends the login of this browser. Fails if the server cannot be told. */
  async signOut(): Promise<void> {
    await this.door.logout();
    this.#leave('entry');
    // The server tells it to every page of this login, also to the one that asked.
    this.signedOut = undefined;
  }

  async #recall(kept: Kept): Promise<void> {
    const house = await kept.house();
    if (house === undefined || kept !== this.kept || this.me !== undefined) return;
    this.recalled = house;
    this.me = house.me;
    this.server ??= house.server;
    await kept.tidy();
  }

  #became(state: State): void {
    this.link = state;
    if (state.name === 'online') this.#arrive();
    this.#listen(state);
    if (state.name === 'unauthorized') this.#leave('entry');
    if (state.name === 'outdated') this.upgraded = true;
  }

  /** Waits a moment before it says that there is no connection. */
  #listen({ name }: State): void {
    if (name === 'connecting' || name === 'reconnecting' || name === 'offline') {
      this.#quiet ??= setTimeout(() => {
        this.troubled = true;
        this.#arrive();
      }, QUIET_MS);
      return;
    }
    clearTimeout(this.#quiet);
    this.#quiet = undefined;
    this.troubled = false;
  }

  #leave(phase: Phase): void {
    remember(false);
    this.#stop();
    this.phase = phase;
    this.#client?.close();
    this.#client = undefined;
    void this.kept?.forget();
    this.kept = undefined;
    this.recalled = undefined;
    this.me = undefined;
    this.link = { name: 'connecting' };
    if (phase === 'entry') void this.#askAgain();
  }

  async #askAgain(): Promise<void> {
    this.server = await this.door.server().catch(() => this.server);
    if (this.phase === 'entry' && this.server?.setup === true) this.phase = 'setup';
  }
}

function remembered(): boolean {
  try {
    return localStorage.getItem(SIGNED_IN) !== null;
  } catch {
    return false;
  }
}

/** Without a storage, the next load asks first. */
function remember(signedIn: boolean): void {
  try {
    if (signedIn) localStorage.setItem(SIGNED_IN, 'yes');
    else localStorage.removeItem(SIGNED_IN);
  } catch {
    return;
  }
}

export const session = new Session();
