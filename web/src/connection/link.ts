import { Backoff } from '../models/backoff';

/** How the page and the server are joined. Times in unix milliseconds. */
export type LinkState =
  | { readonly name: 'connecting' }
  | { readonly name: 'online' }
  | { readonly name: 'waiting'; readonly retryAt: number }
  | { readonly name: 'offline' };

/** What a Link needs of a Socket.IO socket whose own reconnection is off. */
export interface LinkSocket {
  readonly connected: boolean;
  connect(): unknown;
  disconnect(): unknown;
  on(event: 'connect' | 'disconnect' | 'connect_error', listener: () => void): unknown;
}

export interface LinkOptions {
  readonly socket: LinkSocket;
  readonly onOnline: () => void;
  readonly onLost: () => void;
  readonly onChange: () => void;
  readonly backoff?: Backoff;
}

/**
 * Keeps the socket connected. Socket.IO can do that too, but does not say when
 * the next attempt comes, gives up when the server itself hung up, and cannot
 * be told to try now.
 */
export class Link {
  readonly #options: LinkOptions;
  readonly #backoff: Backoff;
  #state: LinkState = { name: 'connecting' };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #network = true;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#backoff = options.backoff ?? new Backoff();
    options.socket.on('connect', () => this.#connected());
    options.socket.on('disconnect', () => this.#lost());
    options.socket.on('connect_error', () => this.#wait());
  }

  get state(): LinkState {
    return this.#state;
  }

  open(): void {
    this.#set({ name: 'connecting' });
    this.#options.socket.connect();
  }

  /** Somebody does not want to wait, or the page has just been looked at again. */
  retryNow(): void {
    if (this.#state.name !== 'waiting') return;
    clearTimeout(this.#timer);
    this.open();
  }

  /** The browser says whether there is a network at all. */
  network(available: boolean): void {
    this.#network = available;
    if (available && this.#state.name === 'offline') {
      this.#backoff.reset();
      this.open();
    } else if (!available && this.#state.name === 'waiting') {
      this.#wait();
    }
  }

  #connected(): void {
    clearTimeout(this.#timer);
    this.#backoff.reset();
    this.#set({ name: 'online' });
    this.#options.onOnline();
  }

  #lost(): void {
    this.#options.onLost();
    this.#wait();
  }

  #wait(): void {
    clearTimeout(this.#timer);
    if (!this.#network) {
      this.#set({ name: 'offline' });
      return;
    }
    const delay = this.#backoff.next();
    this.#timer = setTimeout(() => this.open(), delay);
    this.#set({ name: 'waiting', retryAt: Date.now() + delay });
  }

  #set(state: LinkState): void {
    this.#state = state;
    this.#options.onChange();
  }
}
