import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Failure, memoryStorage, type State } from '../src/index.js';
import { search } from '../src/search.js';
import { FakeServer, join, person } from './server.js';

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }));
afterEach(() => void vi.useRealTimers());
const settle = () => vi.advanceTimersByTimeAsync(0);

test('it says when the next try comes, further and further apart', async () => {
  const server = new FakeServer();
  const { client, wire } = join(server);
  const names: string[] = [];
  client.on('state', ({ name }: State) => names.push(name));
  await settle();
  expect(client.state).toEqual({ name: 'online' });
  server.down = new Failure('offline');
  const now = Date.now();
  wire.disconnect();
  expect(client.state).toEqual({ name: 'reconnecting', since: now, retryAt: now + 1000 });
  await vi.advanceTimersByTimeAsync(1000);
  expect(client.state).toMatchObject({ name: 'reconnecting', since: now, retryAt: now + 3000 });
  server.down = undefined;
  client.retryNow();
  client.retryNow();
  await settle();
  expect(client.state).toEqual({ name: 'online' });
  expect(wire.shown).toHaveLength(3);
});

test('nobody waits more than twice as long as the absence has lasted', async () => {
  const server = new FakeServer();
  const chances = [0.1, 0.1, 0.1, 1];
  const { client, wire } = join(server, 'ann', { random: () => chances.shift() ?? 1 });
  await settle();
  server.down = new Failure('offline');
  const now = Date.now();
  wire.disconnect();
  await vi.advanceTimersByTimeAsync(100 + 100 + 100);
  expect(client.state).toMatchObject({ since: now, retryAt: now + 300 + 1000 });
  await vi.advanceTimersByTimeAsync(1000);
  expect(client.state).toMatchObject({ since: now, retryAt: now + 1300 + 2600 });
});

test('who does not want to wait is not kept waiting after the next try either', async () => {
  const server = new FakeServer();
  const { client, wire } = join(server);
  await settle();
  server.down = new Failure('offline');
  wire.disconnect();
  await vi.advanceTimersByTimeAsync(1000 + 2000);
  expect(client.state).toMatchObject({ retryAt: Date.now() + 4000 });
  client.retryNow();
  await settle();
  expect(client.state).toMatchObject({ retryAt: Date.now() + 1000 });
});

test('it says why the last try failed', async () => {
  const server = new FakeServer();
  server.down = new Failure('offline', 'websocket error');
  const { client, wire } = join(server);
  await settle();
  const failure = { code: 'offline', message: 'websocket error' };
  expect(client.state).toMatchObject({ name: 'reconnecting', failure });
  const states: State[] = [];
  client.on('state', (state: State) => states.push(state));
  client.retryNow();
  expect(states).toMatchObject([{ name: 'reconnecting', retryAt: null, failure }]);
  server.down = undefined;
  await vi.advanceTimersByTimeAsync(5000);
  expect(client.state).toEqual({ name: 'online' });
  wire.disconnect();
  expect(client.state).toMatchObject({ name: 'reconnecting', failure: undefined });
});

test('without a network nothing is tried; with it, at once', async () => {
  const { client, wire } = join(new FakeServer());
  await settle();
  client.network(false);
  wire.disconnect();
  expect(client.state).toEqual({ name: 'offline' });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(wire.shown).toHaveLength(1);
  client.network(true);
  await settle();
  expect(client.state).toEqual({ name: 'online' });
});

test('a server that asks for time gets it', async () => {
  const server = new FakeServer();
  server.down = new Failure('rate-limited', 'Too many.', 30);
  const { client, wire } = join(server);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(wire.shown).toHaveLength(1);
  expect(client.state.name).toBe('reconnecting');
  await vi.advanceTimersByTimeAsync(1000);
  expect(wire.shown).toHaveLength(2);
});

test('a refused token is fetched anew once, then somebody has to sign in', async () => {
  const server = new FakeServer();
  server.down = new Failure('unauthorized', 'Log in again.');
  const token = vi.fn((refused: boolean) => (refused ? 'fresh' : 'stale'));
  const { client, wire } = join(server, 'ann', { auth: { token } });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(wire.shown).toMatchObject([{ token: 'stale' }, { token: 'fresh' }]);
  expect(client.state).toEqual({ name: 'unauthorized', reason: 'Log in again.' });
  server.down = undefined;
  client.signIn({ token: 'new' });
  await settle();
  expect(client.state.name).toBe('online');
});

test.each(['nickname-taken', 'invalid', 'forbidden'] as const)(
  'who is refused by %s is told why',
  async (code) => {
    const server = new FakeServer();
    server.down = new Failure(code, 'Choose another name.');
    const { client, wire } = join(server, 'zoe', { auth: { guest: 'Zoe' } });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(client.state).toEqual({ name: 'unauthorized', reason: 'Choose another name.' });
    expect(wire.shown).toHaveLength(1);
    server.down = undefined;
    client.signIn({ guest: 'Zoe B' });
    await settle();
    expect(client.state.name).toBe('online');
  },
);

test('a mistake of the server is no refusal', async () => {
  const server = new FakeServer();
  server.down = new Failure('internal', 'Something went wrong.');
  const { client } = join(server);
  await settle();
  expect(client.state.name).toBe('reconnecting');
});

test('a guest stays the same guest', async () => {
  const [server, storage] = [new FakeServer(), memoryStorage()];
  const options = { auth: { guest: 'Zoe' }, storage };
  const first = join(server, 'zoe', options);
  await settle();
  first.client.close();
  const second = join(server, 'zoe', options);
  await settle();
  expect(first.wire.shown).toMatchObject([{ guest: 'Zoe' }]);
  expect(second.wire.shown).toMatchObject([{ token: 'guest-Zoe' }]);
});

test('who is signed out does not come back by itself', async () => {
  const server = new FakeServer();
  const { client, wire } = join(server);
  await settle();
  server.tell('signed-out', { reason: 'revoked' });
  wire.disconnect();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(client.state).toEqual({ name: 'unauthorized', reason: 'revoked' });
  expect(wire.shown).toHaveLength(1);
});

test('a token that has expired is replaced, and nobody has to sign in', async () => {
  const server = new FakeServer();
  const tokens = vi.fn((refused: boolean) => (refused ? 'fresh' : 'old'));
  const { client, wire } = join(server, 'ann', { auth: { token: tokens } });
  const signedOut = vi.fn();
  client.on('signed-out', signedOut);
  const view = client.room('lobby');
  await settle();
  server.tell('signed-out', { reason: 'expired' });
  wire.disconnect();
  server.say('meanwhile');
  await vi.advanceTimersByTimeAsync(1000);
  expect(client.state.name).toBe('online');
  expect(wire.shown).toMatchObject([{ token: 'old' }, { token: 'fresh' }]);
  expect(view.rows.map(({ text }) => text)).toEqual(['meanwhile']);
  expect(signedOut).not.toHaveBeenCalled();
  server.tell('signed-out', { reason: 'banned' });
  wire.disconnect();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(client.state).toEqual({ name: 'unauthorized', reason: 'banned' });
});

test('a server without /chat and a newer program are told apart', async () => {
  const server = new FakeServer();
  const { client, wire } = join(server);
  const upgraded = vi.fn();
  client.on('upgraded', upgraded);
  await settle();
  server.build = 'two';
  wire.disconnect();
  await vi.advanceTimersByTimeAsync(1000);
  expect(upgraded).toHaveBeenCalledOnce();
  expect(client.state.name).toBe('online');
  server.down = new Failure('offline', 'Invalid namespace');
  wire.disconnect();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(client.state).toEqual({ name: 'outdated' });
});

test('an act without a connection fails at once', async () => {
  const { client } = join(new FakeServer());
  await expect(client.act('rooms', {})).rejects.toMatchObject({ code: 'offline' });
});

test('the switcher finds by the beginning of words, best first', () => {
  const server = new FakeServer();
  const me = person('ann');
  const room = (name: string, unread = 0) => ({ ...server.room(name, me), name, unread });
  const rooms = [room('General'), room('Café talk'), room('Town cafe', 3), room('Decaf')];
  const names = (query: string) => search(query, rooms, [person('cafer')]).map(({ name }) => name);
  expect(names('cafe')).toEqual(['Café talk', 'cafer', 'Town cafe']);
  expect(names('talk caf')).toEqual(['Café talk']);
  expect(names('')[0]).toBe('Town cafe');
  expect(names('zzz')).toEqual([]);
});

test('a server that lets in and says nothing is tried anew', async () => {
  const server = new FakeServer();
  const { client, wire } = join(server, 'ann', {
    auth: { token: () => new Promise<string>(() => undefined) },
  });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(client.state).toMatchObject({ name: 'reconnecting', retryAt: Date.now() + 1000 });
  client.signIn({ token: 'quick' });
  await settle();
  expect(client.state.name).toBe('online');
  expect(wire.shown).toMatchObject([{ token: 'quick' }]);
});
