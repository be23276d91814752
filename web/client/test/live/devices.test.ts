import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createClient, openDoor, type Client, type Room, type View } from '../../src/index.js';
import { becomes, guest, LiveServer, shows } from './server.js';

let server: LiveServer;
let token: string;
const clients: Client[] = [];
const kept = (client: Client) => (clients.push(client), client);

beforeAll(async () => {
  server = await LiveServer.start();
  const door = openDoor({ url: server.url });
  token =
    (await door.setup({ code: server.code, name: 'Olga', password: 'correct horse battery' })).token ?? '';
});
afterAll(() => server.stop());
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

const says = (view: View, text: string) => shows(view, () => view.rows.some((row) => row.text === text));
const lobby = (rooms: readonly Room[]) => rooms.find(({ id }) => id === 'lobby');

/** Resolves when the list of rooms has come to be as asked for. */
function lists(client: Client, wanted: (rooms: readonly Room[]) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!wanted(client.rooms)) return;
      stop();
      resolve();
    };
    const stop = client.on('rooms', look);
    look();
  });
}

async function devices() {
  const [laptop, phone] = [0, 1].map(() => kept(createClient({ url: server.url, auth: { token } }))) as [
    Client,
    Client,
  ];
  const paul = kept(guest(server, `Paul ${Math.random().toString(36).slice(2, 8)}`));
  const views = [laptop, phone, paul].map((client) => client.room('lobby')) as [View, View, View];
  await Promise.all(views.map(({ ready }) => ready));
  return { laptop, phone, paul, views };
}

test('what is read on one device is read on the other, a mention too', async () => {
  const { laptop, phone, views } = await devices();
  const [l, p, other] = views;
  const called = Promise.all(
    [laptop, phone].map(
      (device) => new Promise<string>((done) => device.on('mention', ({ text }) => done(text))),
    ),
  );
  other.send('@Olga, lunch?');
  expect(await called).toEqual(['@Olga, lunch?', '@Olga, lunch?']);
  for (const [device, view] of [
    [laptop, l],
    [phone, p],
  ] as const) {
    await says(view, '@Olga, lunch?');
    expect(lobby(device.rooms)).toMatchObject({ unread: 1, mentions: 1 });
  }
  l.markRead();
  expect(lobby(laptop.rooms)).toMatchObject({ unread: 0, mentions: 0 });
  await lists(phone, (rooms) => lobby(rooms)?.unread === 0 && lobby(rooms)?.mentions === 0);
  expect(lobby(phone.rooms)?.read).toBe(l.room.head.seq);
});

test('a deleted message is not unread any more', async () => {
  const { laptop, views } = await devices();
  const [l, , other] = views;
  const before = lobby(laptop.rooms)?.unread ?? 0;
  other.send('never mind');
  await says(l, 'never mind');
  expect(lobby(laptop.rooms)?.unread).toBe(before + 1);
  await other.delete(l.room.head.seq);
  await lists(laptop, (rooms) => lobby(rooms)?.unread === before);
});

test('what one device writes, saves, and sets is on the other', async () => {
  const { laptop, phone, views } = await devices();
  const [l, p] = views;
  l.send('from the laptop');
  await says(p, 'from the laptop');
  expect(p.rows.at(-1)).toMatchObject({ mine: true, state: 'sent' });
  await shows(l, () => l.room.head.seq === p.room.head.seq);
  await l.save(l.room.head.seq);
  await shows(p, () => p.rows.at(-1)?.saved === true);
  await laptop.act('profile-change', { status: 'At lunch' });
  await new Promise<void>((done) => {
    const look = () => phone.me?.status === 'At lunch' && done();
    phone.on('me', look);
    look();
  });
  await laptop.act('room-prefs', { room: 'lobby', favourite: true });
  await lists(phone, (rooms) => lobby(rooms)?.me.favourite === true);
});

test('one sees who types and who is here, and when they go', async () => {
  const { paul, views } = await devices();
  const [l, , other] = views;
  const id = paul.me?.id ?? '';
  other.typing();
  await shows(l, () => l.typists.some((person) => person.id === id));
  other.send('typed');
  await shows(l, () => l.rows.some(({ text }) => text === 'typed') && l.typists.length === 0);
});

test('a revoked login is told, and its token is not shown again', async () => {
  const door = openDoor({ url: server.url });
  const opened = await door.login({ name: 'Olga', password: 'correct horse battery', device: 'Old phone' });
  const { laptop } = await devices();
  const old = kept(createClient({ url: server.url, auth: { token: opened.token ?? '' } }));
  await becomes(old, 'online');
  const told = new Promise((done) => old.on('signed-out', done));
  const { sessions } = await laptop.act('sessions', {});
  const session = sessions.find(({ device }) => device === 'Old phone')?.id ?? '';
  await laptop.act('session-revoke', { session });
  expect(await told).toEqual({ reason: 'revoked' });
  expect(old.state).toMatchObject({ name: 'unauthorized' });
  expect(laptop.state.name).toBe('online');
});
