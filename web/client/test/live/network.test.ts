import { afterEach, beforeEach, expect, test } from 'vitest';
import { TcpProxy } from '../../../../test/e2e/tcpproxy';
import { createClient, type Client, type Entry, type View } from '../../src/index.js';
import { becomes, guest, LiveServer, shows } from './server.js';

let server: LiveServer;
let proxy: TcpProxy;
const clients: Client[] = [];
const kept = (client: Client) => (clients.push(client), client);

beforeEach(async () => {
  server = await LiveServer.start();
  proxy = await TcpProxy.start(Number(new URL(server.url).port));
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await proxy.close();
  await server.stop();
});

const behindProxy = (nickname: string) =>
  kept(createClient({ url: proxy.url, auth: { guest: nickname }, random: () => 0 }));
const texts = (view: View) => view.rows.filter(({ kind }) => kind === 'message').map(({ text }) => text);
const has = (view: View, text: string) => shows(view, () => texts(view).includes(text));
const settled = (view: View) => shows(view, () => view.rows.every(({ state }) => state === 'sent'));

test('a message whose ack never comes is kept once', async () => {
  const [ann, bob] = [behindProxy('Ann'), kept(guest(server, 'Bob'))];
  const [a, b] = [ann.room('lobby'), bob.room('lobby')];
  await Promise.all([a.ready, b.ready]);

  proxy.withholdAnswers();
  const { key } = a.send('once only');
  await has(b, 'once only');
  expect(a.rows.at(-1)).toMatchObject({ key, state: 'sending' });
  const down = becomes(ann, 'reconnecting');
  proxy.reset();
  await down;
  await settled(a);
  a.send('and then');
  await has(b, 'and then');

  expect(texts(b)).toEqual(['once only', 'and then']);
  expect(a.rows.filter((row) => row.key === key)).toHaveLength(1);
});

test('an edit and a reaction whose acks never come stay shown and are told to others once', async () => {
  const [ann, bob] = [behindProxy('Ann'), kept(guest(server, 'Bob', { everyRoom: true }))];
  const [a, b] = [ann.room('lobby'), bob.room('lobby')];
  const heard: string[] = [];
  bob.on('entry', ({ type }) => heard.push(type));
  await Promise.all([a.ready, b.ready]);
  a.send('draft');
  await has(b, 'draft');
  const seq = b.rows.at(-1)?.seq ?? 0;
  await shows(a, () => a.room.head.seq === seq);

  proxy.withholdAnswers();
  const done = Promise.all([a.edit(seq, 'final'), a.react(seq, '🎉')]);
  await shows(b, () => b.rows.some((row) => row.text === 'final' && row.reactions?.[0]?.count === 1));
  expect(a.rows.at(-1)).toMatchObject({ text: 'final', pending: true });
  const down = becomes(ann, 'reconnecting');
  proxy.reset();
  await down;
  expect(a.rows.at(-1)).toMatchObject({ text: 'final', pending: true });
  await done;
  await shows(a, () => a.rows.at(-1)?.pending === undefined);
  expect(a.rows.at(-1)).toMatchObject({ text: 'final', reactions: [{ emoji: '🎉', count: 1, mine: true }] });
  expect(heard.filter((type) => type !== 'join')).toEqual(['message', 'edit', 'react']);
});

/** The same numbers for everybody who runs the test. */
function numbers(seed: number): () => number {
  return () => {
    seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return seed / 2 ** 32;
  };
}

test('through cuts and crashes every message comes once, in the order of its writer', async () => {
  const [names, each] = [['Ann', 'Bob', 'Cleo', 'Dan'], 60];
  const random = numbers(7);
  const heard = names.map((): Entry[] => []);
  const heardBy = (index: number) => heard[index] ?? [];
  const views = names.map((name, index) => {
    const auth = { guest: name };
    const client = kept(createClient({ url: proxy.url, auth, everyRoom: true, random: () => 0 }));
    client.on('entry', (entry) => entry.type === 'message' && heardBy(index).push(entry));
    return client.room('lobby');
  });
  await Promise.all(views.map(({ ready }) => ready));

  for (let round = 0; round < each; round++) {
    views.forEach((view, index) => view.send(`${names[index]} ${round}`));
    const dice = random();
    if (dice < 0.1) proxy.withholdAnswers();
    else if (dice < 0.25) proxy.reset();
    else if (dice < 0.28) {
      await server.kill();
      await server.run();
    } else await new Promise((resolve) => setImmediate(resolve));
    // What is withheld must not stay so: the heartbeat alone would take a minute.
    if (dice < 0.1) {
      const other = views[round % views.length];
      if (other !== undefined) await other.save(1).catch(() => undefined);
      proxy.reset();
    }
  }
  proxy.reset();
  await Promise.all(
    views.map((view, index) => shows(view, () => heardBy(index).length >= names.length * each)),
  );
  await Promise.all(views.map(settled));

  const lines = (index: number) => heardBy(index).map(({ seq, text }) => [seq, text]);
  for (const [index, name] of names.entries()) {
    expect(lines(index)).toEqual(lines(0));
    const mine = heardBy(0)
      .filter(({ author }) => author.name === name)
      .map(({ text }) => text);
    expect(mine).toEqual(Array.from({ length: each }, (_, round) => `${name} ${round}`));
  }
});
