import type { Keeper } from './storage.js';

/** Who to be. */
export type Auth =
  /** A token, or how to get one: asked for with every connection, `refused` if the last one was. */
  | { readonly token: string | ((refused: boolean) => string | Promise<string>) }
  /** A guest of that nickname: the name is kept, in the storage, by the token that the server gives. */
  | { readonly guest: string }
  /** The session cookie of the page. */
  | { readonly cookie: true };

const KEY = 'guest';

/** What is shown to the server in connecting. */
export class Credentials {
  readonly #keeper: Keeper;
  #auth: Auth;
  #refused = false;

  constructor(auth: Auth, keeper: Keeper) {
    this.#auth = auth;
    this.#keeper = keeper;
  }

  set(auth: Auth): void {
    this.#auth = auth;
    this.#refused = false;
  }

  async show(): Promise<object> {
    const auth = this.#auth;
    if ('cookie' in auth) return {};
    if ('guest' in auth) {
      const token = await this.#keeper.get(KEY);
      return typeof token === 'string' ? { token } : { guest: auth.guest };
    }
    return { token: typeof auth.token === 'string' ? auth.token : await auth.token(this.#refused) };
  }

  welcomed(token: string | undefined): void {
    this.#refused = false;
    if (token !== undefined) this.#keeper.set(KEY, token);
  }

  /** The login has come to its end: true if the next connection shows another one by itself. */
  expired(): boolean {
    if (!('token' in this.#auth) || typeof this.#auth.token === 'string') return false;
    this.#refused = true;
    return true;
  }

  /** The server does not know us; true if it is worth asking once more with something else. */
  refused(): boolean {
    const again =
      !this.#refused &&
      ('guest' in this.#auth || ('token' in this.#auth && typeof this.#auth.token !== 'string'));
    this.#refused = true;
    this.forget();
    return again;
  }

  /** A guest whose token is worth nothing is nobody. */
  forget(): void {
    if ('guest' in this.#auth) this.#keeper.delete(KEY);
  }
}
