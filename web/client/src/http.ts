import { Failure, failureOf } from './failure.js';
import type { Author, Me, RoomName, Server, Settings } from './protocol/forms.js';

export interface Opened {
  readonly me: Me;
  /** Absent with `cookie`: the browser has it. */
  readonly token?: string;
  readonly expires?: number;
}

/** `cookie` keeps the login where no script can read it; for pages of the server's own origin. */
interface Device {
  readonly cookie?: boolean;
  readonly device?: string;
}

/** What is done before there is a connection: passwords and codes go over HTTP alone. */
export interface Door {
  server(): Promise<Server>;
  login(input: Device & { readonly name: string; readonly password: string }): Promise<Opened>;
  register(
    input: Device & {
      readonly name: string;
      readonly email?: string;
      readonly password: string;
      readonly invitation?: string;
    },
  ): Promise<Opened>;
  guest(input: Device & { readonly nickname: string; readonly invitation?: string }): Promise<Opened>;
  setup(
    input: Device & {
      readonly code: string;
      readonly name: string;
      readonly email?: string;
      readonly password: string;
      readonly server?: Partial<Settings>;
    },
  ): Promise<Opened>;
  resetPassword(code: string, password: string): Promise<void>;
  invitation(code: string): Promise<{
    readonly server: string;
    readonly by: Author;
    readonly room?: RoomName;
    readonly role: 'member' | 'guest';
  }>;
  logout(): Promise<void>;
}

export interface DoorOptions {
  /** Of the server; empty for that of the page. */
  readonly url?: string;
  /** For logout without a cookie. */
  readonly token?: string;
  readonly fetch?: typeof fetch;
}

/** The HTTP side of the server. Everything rejects with a Failure. */
export function openDoor({ url = '', token, fetch: ask = fetch }: DoorOptions = {}): Door {
  const call = async (method: string, path: string, body?: object): Promise<never> => {
    const answer = await ask(`${url.replace(/\/$/, '')}/api/v1${path}`, {
      method,
      credentials: 'same-origin',
      headers: {
        ...(body && { 'Content-Type': 'application/json' }),
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
    }).catch(() => {
      throw new Failure('offline');
    });
    const out = (await answer.json().catch(() => ({}))) as { detail?: string };
    if (!answer.ok)
      throw failureOf({
        code: answer.status >= 500 ? 'unavailable' : 'internal',
        ...out,
        message: out.detail,
      });
    return out as never;
  };
  return {
    server: () => call('GET', '/server'),
    login: (input) => call('POST', '/sessions', input),
    register: (input) => call('POST', '/accounts', input),
    guest: (input) => call('POST', '/guests', input),
    setup: (input) => call('POST', '/setup', input),
    resetPassword: (code, password) => call('POST', '/resets', { code, password }),
    invitation: (code) => call('POST', '/invitations/lookup', { code }),
    logout: () => call('DELETE', '/sessions/current'),
  };
}
