import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createClient, memoryStorage, openDoor, type Client, type View } from '../../src/index.js';
import { becomes, guest, LiveServer, Lossy, shows } from './server.js';

let server: LiveServer;
const clients: Client[] = [];
const kept = (client: Client) => (clients.push(client), client);

beforeAll(async () => void (server = await LiveServer.start()));
afterAll(() => server.stop());
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

const texts = (view: View) => view.rows.filter(({ kind }) => kind === 'message').map(({ text }) => text);
const has = (view: View, text: string) => shows(view, () => texts(view).includes(text));
const row = (view: View, text: string) => {
  const found = view.rows.find((one) => one.text === text);
  if (found === undefined) throw new Error(`No row says ${text}.`);
  return found;
};
const sent = (view: View, text: string) =>
  shows(view, () => view.rows.some((one) => one.text === text && one.state === 'sent' && one.seq > 0));

async function two(names: [string, string], options = {}) {
  const [ann, bob] = names.map((name) => kept(guest(server, name, options))) as [Client, Client];
  const [a, b] = [ann.room('lobby'), bob.room('lobby')];
  await Promise.all([a.ready, b.ready]);
  return { ann, bob, a, b };
}

test('two people talk, change, react and delete', async () => {
  const { ann, bob, a, b } = await two(['Ann', 'Bob']);
  const { key } = a.send('hello Bob');
  await Promise.all([has(b, 'hello Bob'), sent(a, 'hello Bob')]);
  expect(row(a, 'hello Bob')).toMatchObject({ key, mine: true });
  expect(row(b, 'hello Bob')).toMatchObject({ key, mine: false, author: { id: ann.me?.id, name: 'Ann' } });
  const { seq } = row(b, 'hello Bob');

  await b.react(seq, '👍');
  await shows(a, () => row(a, 'hello Bob').reactions?.[0]?.count === 1);
  expect(row(a, 'hello Bob').reactions).toEqual([
    { emoji: '👍', count: 1, people: [bob.me?.id], mine: false },
  ]);
  await b.react(seq, '👍', false);
  await shows(a, () => row(a, 'hello Bob').reactions === undefined);

  await a.edit(seq, 'hello Robert');
  await has(b, 'hello Robert');
  expect(row(b, 'hello Robert').edited).toBeDefined();

  b.openThread(seq).send('in a thread');
  await shows(a, () => row(a, 'hello Robert').replies === 1);
  const thread = a.openThread(seq);
  await thread.ready;
  await has(thread, 'in a thread');
  expect(thread.thread?.root.text).toBe('hello Robert');
  expect(texts(a)).not.toContain('in a thread');

  await a.delete(seq);
  await shows(b, () => b.rows.some((one) => one.seq === seq && one.deleted === true));
  await expect(b.edit(seq, 'mine now')).rejects.toMatchObject({ code: expect.any(String) as string });
});

test('counts and read markers follow on all devices', async () => {
  const { ann, a, b } = await two(['Cleo', 'Dan']);
  b.send('one');
  await has(a, 'one');
  a.markRead();
  const unread = () => ann.rooms.find(({ id }) => id === 'lobby')?.unread;
  expect(unread()).toBe(0);
  b.send('two');
  await has(a, 'two');
  expect(unread()).toBe(1);
});

test('a lost ack makes one message', async () => {
  const lossy = new Lossy();
  const ann = kept(guest(server, 'Eve', { wire: lossy.make, random: () => 0 }));
  const a = ann.room('lobby');
  await a.ready;
  lossy.deaf = true;
  lossy.lose = { act: 'message-send', times: 2 };
  a.send('once only');
  await sent(a, 'once only');
  expect(lossy.lose.times).toBe(0);
  a.send('and then');
  await sent(a, 'and then');
  const page = await ann.act('history', { room: 'lobby', limit: 200 });
  expect(page.items.filter(({ text }) => text === 'once only')).toHaveLength(1);
});

test('what was missed comes, what was written offline goes, in order', async () => {
  const { ann, a, b } = await two(['Finn', 'Gus'], { random: () => 0 });
  ann.network(false);
  const lost = becomes(ann, 'offline');
  ann.signIn({ guest: 'Finn' });
  await lost;
  for (let i = 1; i <= 25; i++) b.send(`missed ${i}`);
  await sent(b, 'missed 25');
  for (let i = 1; i <= 3; i++) a.send(`written ${i}`);
  expect(a.rows.at(-1)).toMatchObject({ state: 'queued', text: 'written 3' });
  ann.network(true);
  await Promise.all([has(b, 'written 3'), has(a, 'missed 25'), sent(a, 'written 3')]);
  const wanted = [
    ...Array.from({ length: 25 }, (_, i) => `missed ${i + 1}`),
    ...Array.from({ length: 3 }, (_, i) => `written ${i + 1}`),
  ];
  expect(texts(a).slice(-28)).toEqual(wanted);
  expect(texts(b).slice(-28)).toEqual(wanted);
});

test('a server that is killed loses nothing that it acknowledged', async () => {
  const storage = memoryStorage();
  const { ann, a, bob, b } = await two(['Hal', 'Ida'], { random: () => 0 });
  const guestOnly = { storage, random: () => 0 };
  const ian = kept(guest(server, 'Ian', guestOnly));
  await ian.room('lobby').ready;
  for (let i = 0; i < 20; i++) a.send(`before ${i}`);
  await sent(a, 'before 19');
  const down = [becomes(ann, 'reconnecting'), becomes(bob, 'reconnecting')];
  await server.kill();
  await Promise.all(down);
  for (let i = 0; i < 5; i++) b.send(`during ${i}`);
  await server.run();
  ann.retryNow();
  bob.retryNow();
  await Promise.all([has(a, 'during 4'), sent(b, 'during 4')]);
  // An ack may come before the entry that everybody is told.
  const level = () => a.room.head.fp === b.room.head.fp;
  await Promise.race([shows(a, level), shows(b, level)]);
  const numbered = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name} ${i}`);
  for (const view of [a, b]) {
    expect(texts(view).slice(-25)).toEqual([...numbered('before', 20), ...numbered('during', 5)]);
    expect(view.rows.every(({ state }) => state === 'sent')).toBe(true);
  }
  expect(a.room.head).toEqual(b.room.head);
  await becomes(ian, 'online');
  expect(ian.me?.name).toBe('Ian');
});

test('an owner makes a private room, invites, and the invited reads it', async () => {
  const door = openDoor({ url: server.url });
  const { token = '', me } = await door.setup({
    code: server.code,
    name: 'Olga',
    password: 'correct horse battery',
  });
  expect(me.role).toBe('owner');
  const olga = kept(createClient({ url: server.url, auth: { token } }));
  const paul = kept(guest(server, 'Paul'));
  await Promise.all([becomes(olga, 'online'), becomes(paul, 'online')]);
  const { room } = await olga.act('room-create', { kind: 'private', name: 'Den' });
  const secret = olga.room(room.id);
  await secret.ready;
  secret.send('for us');
  await sent(secret, 'for us');
  await expect(paul.act('history', { room: room.id })).rejects.toMatchObject({ code: 'not-found' });
  const invited = new Promise<void>((resolve) =>
    paul.on(
      'rooms',
      (rooms) => rooms.some(({ id, me: { state } }) => id === room.id && state === 'invited') && resolve(),
    ),
  );
  await olga.act('room-invite', { room: room.id, person: paul.me?.id ?? '' });
  await invited;
  await paul.act('room-join', { room: room.id });
  const den = paul.room(room.id);
  await den.ready;
  await has(den, 'for us');
  den.send('thanks');
  await has(secret, 'thanks');
  const removed = new Promise((resolve) => paul.on('room-removed', resolve));
  await olga.act('room-remove', { room: room.id, person: paul.me?.id ?? '' });
  expect(await removed).toMatchObject({ room: room.id });
  await expect(
    openDoor({ url: server.url }).login({ name: 'Olga', password: 'wrong' }),
  ).rejects.toMatchObject({
    code: 'unauthorized',
  });
});
