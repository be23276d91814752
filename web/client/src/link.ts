import { Backoff } from './backoff.js';
import { Failure } from './failure.js';

/** How the client and the server are joined. Times in Unix milliseconds. */
export type State =
  | { readonly name: 'connecting' }
  | { readonly name: 'online' }
  | Reconnecting
  /** There is no network: nothing is tried until there is. */
  | { readonly name: 'offline' }
  /** Nobody the server lets in. Nothing is tried until somebody signs in again. */
  | { readonly name: 'unauthorized'; readonly reason: string }
  /** The server does not speak what this client speaks. */
  | { readonly name: 'outdated' }
  | { readonly name: 'closed' };

export interface Reconnecting {
  readonly name: 'reconnecting';
  readonly since: number;
  /** When the next try is made; null while it is under way. */
  readonly retryAt: number | null;
  /** What became of the last try; undefined before there was one. */
  readonly failure: Failure | undefined;
}

/** A server that lets us in and then says nothing is tried anew. */
const WELCOME_WITHIN_MS = 20_000;

export interface LinkOptions {
  readonly connect: () => void;
  readonly disconnect: () => void;
  readonly changed: (state: State) => void;
  readonly random?: () => number;
}

/**
 * Keeps the wire connected. Socket.IO can do that too, but does not say when
 * the next try comes, gives up when the server itself hung up, and cannot be
 * told to try now.
 */
export class Link {
  readonly #options: LinkOptions;
  readonly #backoff: Backoff;
  #state: State = { name: 'connecting' };
  #since: number | null = null;
  #failure: Failure | undefined;
  #network = true;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.random);
  }

  get state(): State {
    return this.#state;
  }

  get online(): boolean {
    return this.#state.name === 'online';
  }

  open(): void {
    clearTimeout(this.#timer);
    if (!this.#network) return this.#set({ name: 'offline' });
    this.#set(this.#since === null ? { name: 'connecting' } : this.#reconnecting(this.#since, null));
    this.#timer = setTimeout(() => {
      this.#options.disconnect();
      this.lost(new Failure('timeout'));
    }, WELCOME_WITHIN_MS);
    this.#options.connect();
  }

  /** The server has said welcome. */
  welcomed(): void {
    clearTimeout(this.#timer);
    this.#since = null;
    this.#failure = undefined;
    this.#backoff.reset();
    this.#set({ name: 'online' });
  }

  /** There is no connection, or a try to get one has failed. */
  lost(failure?: Failure): void {
    if (this.#ended) return;
    clearTimeout(this.#timer);
    this.#since ??= Date.now();
    this.#failure = failure ?? this.#failure;
    if (!this.#network) return this.#set({ name: 'offline' });
    // A short absence ends soon: nobody waits more than twice as long as it has lasted.
    const wait = this.#backoff.next(failure?.retryAfter, 2 * (Date.now() - this.#since));
    this.#timer = setTimeout(() => this.open(), wait);
    this.#set(this.#reconnecting(this.#since, Date.now() + wait));
  }

  refused(failure: Failure): void {
    if (this.#ended) return;
    if (failure.message === 'Invalid namespace') return this.end({ name: 'outdated' });
    if (!failure.passing && failure.code !== 'internal')
      return this.end({ name: 'unauthorized', reason: failure.message });
    this.#options.disconnect();
    this.lost(failure);
  }

  /** Somebody does not want to wait, or the page has just been looked at again. */
  retryNow(): void {
    if (this.#state.name !== 'reconnecting' || this.#state.retryAt === null) return;
    this.#backoff.reset();
    this.open();
  }

  network(available: boolean): void {
    if (available === this.#network) return;
    this.#network = available;
    if (available && this.#state.name === 'offline') {
      this.#backoff.reset();
      this.open();
    } else if (!available && this.#state.name === 'reconnecting') {
      this.#options.disconnect();
      this.lost();
    }
  }

  /** Stops for good, or until open is called again. */
  end(state: State): void {
    clearTimeout(this.#timer);
    this.#since = null;
    this.#failure = undefined;
    this.#set(state);
    this.#options.disconnect();
  }

  get #ended(): boolean {
    return ['unauthorized', 'outdated', 'closed'].includes(this.#state.name);
  }

  #reconnecting(since: number, retryAt: number | null): Reconnecting {
    return { name: 'reconnecting', since, retryAt, failure: this.#failure };
  }

  #set(state: State): void {
    this.#state = state;
    this.#options.changed(state);
  }
}
