import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Failure, memoryStorage, type Entry, type Pending } from '../src/index.js';
import { opened, settle, states, texts } from './opened.js';
import { FakeServer, join, person } from './server.js';

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }));
afterEach(() => void vi.useRealTimers());

test('a message shows at once, and its row keeps its key when it is kept', async () => {
  const { server, view } = await opened();
  const changes = vi.fn();
  view.on('change', changes);
  const row = view.send('hello');
  expect(view.rows).toEqual([row]);
  expect(row).toMatchObject({ text: 'hello', mine: true, seq: 0 });
  expect(['queued', 'sending']).toContain(row.state);
  await settle();
  expect(view.rows).toHaveLength(1);
  expect(view.rows[0]).toMatchObject({ key: row.key, state: 'sent', seq: 1, text: 'hello' });
  expect(server.logs.get('lobby')).toHaveLength(1);
  expect(changes).toHaveBeenCalled();
});

test('rows that do not change stay the same objects', async () => {
  const server = new FakeServer();
  for (const text of ['a', 'b', 'c']) server.say(text);
  const { view } = await opened(server);
  const before = view.rows;
  expect(view.rows).toBe(before);
  server.append({ type: 'react', ref: 2, emoji: '👍' });
  expect(view.rows).not.toBe(before);
  expect(view.rows[0]).toBe(before[0]);
  expect(view.rows[1]).not.toBe(before[1]);
  expect(view.rows[2]).toBe(before[2]);
});

test('what is written offline is sent once, in order, after a reload too', async () => {
  const [server, storage] = [new FakeServer(), memoryStorage()];
  const first = await opened(server, 'ann', { storage });
  first.wire.disconnect();
  first.client.network(false);
  for (const text of ['1', '2', '3']) first.view.send(text);
  expect(states(first.view)).toEqual(['queued', 'queued', 'queued']);
  await settle();
  server.down = new Failure('offline');
  const second = await opened(server, 'ann', { storage });
  expect(texts(second.view)).toEqual(['1', '2', '3']);
  server.down = undefined;
  second.client.retryNow();
  await settle();
  expect(server.logs.get('lobby')?.map(({ text }) => text)).toEqual(['1', '2', '3']);
  expect(states(second.view)).toEqual(['sent', 'sent', 'sent']);
});

test('a lost ack makes no second message', async () => {
  const { server, view } = await opened();
  server.loseAck = true;
  view.send('once');
  await vi.advanceTimersByTimeAsync(30_000);
  expect(server.logs.get('lobby')).toHaveLength(1);
  expect(view.rows.map(({ state, seq }) => [state, seq])).toEqual([['sent', 1]]);
});

test('an ack that is lost with the connection makes no second message', async () => {
  const { server, view, wire } = await opened();
  wire.up = true;
  server.answers.set('message-send', (input) => {
    server.append({ ...input, type: 'message' }, person('ann'), false);
    wire.disconnect();
    return new Failure('timeout');
  });
  const { key } = view.send('once');
  await settle();
  expect(states(view)).toEqual(['queued']);
  server.answers.clear();
  await vi.advanceTimersByTimeAsync(2000);
  expect(server.logs.get('lobby')).toHaveLength(1);
  expect(view.rows).toMatchObject([{ key, state: 'sent', seq: 1 }]);
});

test('a refused message steps aside, says why, and can be tried again under its id', async () => {
  const { client, server, view } = await opened();
  const failed: Pending[] = [];
  client.on('failed', (message) => failed.push(message));
  server.answers.set('message-send', ({ text }) =>
    text === 'bad' ? new Failure('forbidden', 'You are muted.') : undefined,
  );
  const bad = view.send('bad');
  view.send('good');
  await settle();
  expect(view.rows.map(({ text, state }) => [text, state])).toEqual([
    ['good', 'sent'],
    ['bad', 'failed'],
  ]);
  expect(view.rows[1]?.failure).toEqual({ code: 'forbidden', message: 'You are muted.' });
  expect(failed).toMatchObject([{ room: 'lobby', text: 'bad', failure: { code: 'forbidden' } }]);
  server.answers.clear();
  view.retry(bad.id);
  await settle();
  expect(server.logs.get('lobby')?.map(({ id }) => id)).toContain(bad.id);
  expect(states(view)).toEqual(['sent', 'sent']);
});

test('a failed message can be thrown away, a sent one not', async () => {
  const { server, view } = await opened();
  server.answers.set('message-send', () => new Failure('invalid'));
  const { id } = view.send('bad');
  await settle();
  expect(view.discard(id)).toBe('bad');
  expect(view.rows).toEqual([]);
  server.answers.clear();
  const sent = view.send('good');
  await settle();
  expect(view.discard(sent.id)).toBeUndefined();
});

test('a room that is not to be reached does not hold up another', async () => {
  const server = new FakeServer();
  server.logs.set('kitchen', []);
  const { client, view } = await opened(server);
  server.answers.set('message-send', ({ room }) =>
    room === 'lobby' ? new Failure('unavailable', '', 5) : undefined,
  );
  view.send('a');
  client.send('kitchen', 'b');
  await settle();
  expect(states(view)).toEqual(['queued']);
  expect(server.logs.get('kitchen')).toHaveLength(1);
  server.answers.clear();
  await vi.advanceTimersByTimeAsync(4999);
  expect(states(view)).toEqual(['queued']);
  await vi.advanceTimersByTimeAsync(1001);
  expect(states(view)).toEqual(['sent']);
});

test('after a time away exactly what was missed comes, once, in order', async () => {
  const server = new FakeServer();
  const { client, view, wire } = await opened(server);
  const heard: number[] = [];
  client.on('entry', ({ seq }) => heard.push(seq));
  server.say('1');
  wire.disconnect();
  for (let i = 2; i <= 26; i++) server.say(String(i));
  expect(texts(view)).toEqual(['1']);
  await vi.advanceTimersByTimeAsync(1000);
  expect(heard).toEqual(Array.from({ length: 26 }, (_, i) => i + 1));
  expect(view.rows).toHaveLength(26);
  expect(wire.shown.at(-1)).toMatchObject({ resume: { lobby: { seq: 1 } } });
});

test('a hole in what is told is closed by asking', async () => {
  const { server, view } = await opened();
  server.say('1');
  server.say('2', {}, false);
  server.say('3');
  expect(texts(view)).toEqual(['1']);
  await settle();
  expect(texts(view)).toEqual(['1', '2', '3']);
  expect(server.asked.filter(({ event }) => event === 'resume')).toHaveLength(1);
});

test('asking goes on until there is an answer', async () => {
  const { server, view } = await opened();
  server.answers.set('resume', () => new Failure('unavailable'));
  server.say('1', {}, false);
  server.say('2');
  await vi.advanceTimersByTimeAsync(3000);
  expect(view.rows).toEqual([]);
  server.answers.clear();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(texts(view)).toEqual(['1', '2']);
});

test('who was away for too long begins at the end, and keeps the draft', async () => {
  const { server, view, wire } = await opened();
  server.resumeLimit = 5;
  server.say('old');
  view.draft = { text: 'half a th' };
  wire.disconnect();
  for (let i = 0; i < 60; i++) server.say(`new ${i}`);
  const reset = vi.fn();
  view.on('reset', reset);
  await vi.advanceTimersByTimeAsync(1000);
  expect(reset).toHaveBeenCalledOnce();
  expect(view.rows).toHaveLength(50);
  expect(view.rows.at(-1)?.text).toBe('new 59');
  expect(view.draft?.text).toBe('half a th');
  server.say('live');
  expect(view.rows.at(-1)?.text).toBe('live');
});

test('a server that lost what it acknowledged gets it again', async () => {
  const { server, view, wire } = await opened();
  server.say('1');
  view.send('mine');
  await settle();
  expect(server.logs.get('lobby')).toHaveLength(2);
  wire.disconnect();
  server.logs.get('lobby')?.pop();
  server.say('other');
  await vi.advanceTimersByTimeAsync(1000);
  expect(server.logs.get('lobby')?.map(({ text }) => text)).toEqual(['1', 'other', 'mine']);
  expect(texts(view)).toEqual(['1', 'other', 'mine']);
  expect(states(view)).toEqual(['sent', 'sent', 'sent']);
});

test('a page and the log that goes on meanwhile fit together', async () => {
  const server = new FakeServer();
  for (let i = 1; i <= 100; i++) server.say(`m${i}`, {}, false);
  const { view } = await opened(server);
  let answer: (page: unknown) => void = () => undefined;
  server.answers.set('history', (query) => {
    const page = server.page('lobby', query, 'u-ann');
    return new Promise((resolve) => (answer = () => resolve(page)));
  });
  const loading = view.loadOlder();
  await settle();
  server.append({ type: 'edit', ref: 20, text: 'edited' });
  server.say('new');
  answer(undefined);
  await loading;
  expect(view.rows).toHaveLength(101);
  expect(view.rows[19]).toMatchObject({ seq: 20, text: 'edited' });
  expect(view.rows.at(-1)?.text).toBe('new');
  expect(view.atBeginning).toBe(true);
});

test('reactions, edits and deletions show at once and go back when refused', async () => {
  const { server, view } = await opened();
  server.say('hello');
  const reacting = view.react(1, '👍');
  expect(view.rows[0]).toMatchObject({ pending: true, reactions: [{ emoji: '👍', count: 1, mine: true }] });
  await reacting;
  expect(view.rows[0]?.pending).toBeUndefined();
  expect(view.rows[0]?.reactions).toMatchObject([{ count: 1, mine: true }]);
  server.answers.set('message-edit', () => new Failure('forbidden'));
  const editing = view.edit(1, 'bye');
  expect(view.rows[0]?.text).toBe('bye');
  await expect(editing).rejects.toMatchObject({ code: 'forbidden' });
  expect(view.rows[0]?.text).toBe('hello');
  await view.delete(1);
  expect(view.rows[0]).toMatchObject({ deleted: true, text: '' });
});

test('unread messages and mentions are counted, and read on every device', async () => {
  const server = new FakeServer();
  server.say('before');
  const { client, view } = await opened(server);
  const room = () => client.rooms[0];
  expect(room()).toMatchObject({ unread: 1, mentions: 0 });
  server.say('hey', { mentions: ['u-ann'] });
  server.say('in a thread', { thread: 1 });
  server.append({ type: 'message', text: 'mine' }, person('ann'));
  expect(room()).toMatchObject({ unread: 2, mentions: 1 });
  server.append({ type: 'delete', ref: 2 });
  expect(room()).toMatchObject({ unread: 1, mentions: 0 });
  view.markRead();
  expect(room()).toMatchObject({ unread: 0, read: 4 });
  view.markRead(2);
  await vi.advanceTimersByTimeAsync(5000);
  expect(server.asked.filter(({ event }) => event === 'read')).toHaveLength(1);
  server.say('again');
  expect(room()?.unread).toBe(1);
  server.tell('read', { room: 'lobby', person: 'u-ann', seq: 6 });
  expect(room()?.unread).toBe(0);
});

test('reading is told at most every two seconds, and the last word counts', async () => {
  const { server, view } = await opened();
  for (let i = 1; i <= 5; i++) {
    server.say(String(i));
    view.markRead();
  }
  await vi.advanceTimersByTimeAsync(1999);
  const told = () => server.asked.filter(({ event }) => event === 'read').map(({ input }) => input['seq']);
  expect(told()).toEqual([1]);
  await vi.advanceTimersByTimeAsync(1);
  expect(told()).toEqual([1, 5]);
});

test('typing is told sparingly, and ends by itself or with the message', async () => {
  const { server, view, wire } = await opened();
  for (let i = 0; i < 10; i++) view.typing();
  expect(wire.signals).toEqual(['typing']);
  const bob = { id: 'u-bob', name: 'bob' };
  server.tell('typing', { room: 'lobby', person: bob });
  server.tell('typing', { room: 'lobby', person: { id: 'u-ann', name: 'ann' } });
  expect(view.typists).toEqual([bob]);
  await vi.advanceTimersByTimeAsync(6000);
  expect(view.typists).toEqual([]);
  server.tell('typing', { room: 'lobby', person: bob });
  server.say('done');
  expect(view.typists).toEqual([]);
});

test('unknown people are looked up once', async () => {
  const { server, client } = await opened();
  for (let i = 0; i < 5; i++) client.people.get('u-bob');
  await vi.advanceTimersByTimeAsync(100);
  expect(client.people.get('u-bob')?.name).toBe('bob');
  expect(server.asked.filter(({ event }) => event === 'person')).toHaveLength(1);
});

test('who is not among all who are here has gone', async () => {
  const { server, client } = await opened();
  const told = (states: Record<string, string>, total: number) => server.tell('presences', { states, total });
  told({ 'u-bob': 'online', 'u-cy': 'away' }, 2);
  expect(client.people.online.sort()).toEqual(['u-bob', 'u-cy']);
  told({ 'u-cy': 'online' }, 812); // as many as there is place for: of the others nothing is known
  expect(client.people.online.sort()).toEqual(['u-bob', 'u-cy']);
  told({ 'u-cy': 'online' }, 1);
  expect(client.people.online).toEqual(['u-cy']);
  expect(client.people.state('u-bob')).toBe('offline');
});

test('closing a view twice does not close it for somebody else', async () => {
  const { client, view } = await opened();
  view.close();
  view.close();
  const again = client.room('lobby');
  expect(again).toBe(view);
  for (let i = 0; i < 9; i++) client.room(`room-${i}`).close();
  expect(client.room('lobby')).toBe(view);
});

test('a bot hears every room without a hole', async () => {
  const server = new FakeServer();
  server.logs.set('kitchen', []);
  const { client, wire } = join(server, 'bot', { everyRoom: true });
  const heard: Entry[] = [];
  client.on('entry', (entry) => heard.push(entry));
  await settle();
  wire.disconnect();
  server.say('a', { room: 'kitchen' });
  server.say('b');
  await vi.advanceTimersByTimeAsync(1000);
  expect(heard.map(({ text }) => text).sort()).toEqual(['a', 'b']);
});

test('hundreds of rooms come back: as many as auth has place for, and the others in slices', async () => {
  const server = new FakeServer();
  const rooms = Array.from({ length: 500 }, (_, i) => `r-${String(i).padStart(20, '0')}`);
  for (const room of rooms) {
    server.logs.set(room, []);
    server.say('before', { room });
  }
  const { client, wire } = join(server, 'bot', { everyRoom: true });
  const heard: string[] = [];
  client.on('entry', ({ room, text }) => heard.push(`${room} ${text}`));
  await settle();
  wire.disconnect();
  // Nothing happens in the last ten: there is nothing to ask for.
  const busy = rooms.slice(0, -10);
  for (const room of busy) server.say('meanwhile', { room });
  await vi.advanceTimersByTimeAsync(5000);
  expect(heard.sort()).toEqual(busy.map((room) => `${room} meanwhile`));
  const shown = JSON.stringify(wire.shown.at(-1));
  expect(shown.length).toBeGreaterThan(12 * 1024);
  expect(shown.length).toBeLessThan(16 * 1024);
  const asked = server.asked.filter(({ event }) => event === 'resume');
  const slices = asked.map(({ input }) => Object.keys(input['rooms'] as object).length);
  expect(Math.max(...slices)).toBeLessThanOrEqual(50);
  const resumed = Object.keys(wire.shown.at(-1)?.['resume'] as object).length;
  expect(slices.reduce((all, n) => all + n, resumed)).toBeLessThanOrEqual(501);
});

test('closed rooms stay live for a while', async () => {
  const { server, client, view } = await opened();
  view.close();
  server.say('meanwhile');
  const again = client.room('lobby');
  expect(again).toBe(view);
  expect(texts(again)).toEqual(['meanwhile']);
});

test('a room that one was put out of says so, and goes on where it was when one is back', async () => {
  const { server, client, view } = await opened();
  server.say('1');
  server.tell('room-removed', { room: 'lobby', reason: 'removed' });
  expect(client.rooms).toEqual([]);
  expect(view.room.me.state).toBe('none');
  expect(texts(view)).toEqual(['1']);
  server.say('2', {}, false);
  server.tell('room-added', { room: server.room('lobby', person('ann')) });
  await settle();
  expect(client.rooms).toHaveLength(1);
  expect(texts(view)).toEqual(['1', '2']);
});

test('a room that one left on another device while away is gone', async () => {
  const server = new FakeServer();
  server.logs.set('kitchen', []);
  const { client, wire } = await opened(server);
  const removed = vi.fn();
  client.on('room-removed', removed);
  wire.disconnect();
  server.logs.delete('kitchen');
  await vi.advanceTimersByTimeAsync(1000);
  expect(removed.mock.calls).toEqual([[{ room: 'kitchen' }]]);
  expect(client.rooms.map(({ id }) => id)).toEqual(['lobby']);
});
