import { randomUUID } from 'node:crypto';
import type { Room } from '../../web/client/src/protocol/forms';
import type { Server } from './server';

/** Longer than anybody would type by mistake. */
export const PASSWORD = 'correct horse battery staple';

interface Opened {
  readonly me: { readonly id: string; readonly name: string };
  readonly token: string;
}

/** Somebody who is signed in over HTTP: acts of people whose pages are not what is looked at. */
export class Account {
  readonly id: string;
  readonly name: string;
  /** Of the session; as the cookie it signs a browser in. */
  readonly token: string;
  readonly #server: Server;

  private constructor(server: Server, { me, token }: Opened) {
    this.#server = server;
    this.id = me.id;
    this.name = me.name;
    this.token = token;
  }

  static async open(
    server: Server,
    way: 'setup' | 'accounts' | 'guests' | 'sessions',
    body: object,
  ): Promise<Account> {
    return new Account(server, await ask<Opened>(server, 'POST', `/${way}`, body));
  }

  /** Asks for an act; fails with what the server says against it. */
  do<Answer = unknown>(method: string, path: string, body?: object): Promise<Answer> {
    return ask<Answer>(this.#server, method, path, body, this.token);
  }

  async say(text: string, room = 'lobby', more: { reply?: number; thread?: number } = {}): Promise<number> {
    const body = { id: randomUUID(), text, ...more };
    return (await this.do<{ seq: number }>('POST', `/rooms/${room}/messages`, body)).seq;
  }

  async sayAll(texts: readonly string[], room = 'lobby'): Promise<void> {
    for (const text of texts) await this.say(text, room);
  }

  async create(name: string, more: { kind?: 'public' | 'private' | 'announcement'; topic?: string } = {}) {
    const { room } = await this.do<{ room: Room }>('POST', '/rooms', { kind: 'public', name, ...more });
    return room;
  }

  async direct(...others: Account[]): Promise<Room> {
    const people = others.map(({ id }) => id);
    return (await this.do<{ room: Room }>('POST', '/directs', { people })).room;
  }

  async enter(room: Room): Promise<void> {
    await this.do('POST', `/rooms/${room.id}/join`, {});
  }
}

async function ask<Answer>(
  server: Server,
  method: string,
  path: string,
  body?: object,
  token?: string,
): Promise<Answer> {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: {
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (text === '' ? {} : JSON.parse(text)) as Answer;
}
