import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Failure, memoryStorage } from '../src/index.js';
import { opened, settle, states, texts } from './opened.js';
import { FakeServer } from './server.js';

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }));
afterEach(() => void vi.useRealTimers());

test('two tabs keep both drafts; a new one begins with the newest', async () => {
  const [server, storage] = [new FakeServer(), memoryStorage()];
  const one = await opened(server, 'ann', { storage, tab: 'one' });
  const two = await opened(server, 'ann', { storage, tab: 'two' });
  one.view.draft = { text: 'first' };
  await vi.advanceTimersByTimeAsync(1000);
  two.view.draft = { text: 'second', reply: 3 };
  await vi.advanceTimersByTimeAsync(1000);
  expect(one.view.draft.text).toBe('first');
  const again = await opened(server, 'ann', { storage, tab: 'one' });
  expect(again.view.draft?.text).toBe('first');
  const three = await opened(server, 'ann', { storage, tab: 'three' });
  expect(three.view.draft).toMatchObject({ text: 'second', reply: 3 });
  three.view.draft = undefined;
  await settle();
  expect((await opened(server, 'ann', { storage, tab: 'four' })).view.draft).toBeUndefined();
});

test('what a closed tab left is sent by another, what a living one holds is not', async () => {
  const [server, storage] = [new FakeServer(), memoryStorage()];
  const one = await opened(server, 'ann', { storage, tab: 'one' });
  one.wire.disconnect();
  one.client.network(false);
  one.view.send('left behind');
  await settle();
  const two = await opened(server, 'ann', { storage, tab: 'two' });
  expect(texts(two.view)).toEqual(['left behind']);
  expect(server.logs.get('lobby')).toEqual([]);
  // The tab is gone: nothing of it runs any more, and it says so no longer.
  one.client.close();
  two.view.send('own');
  await vi.advanceTimersByTimeAsync(25_000);
  expect(
    server.logs
      .get('lobby')
      ?.map(({ text }) => text)
      .sort(),
  ).toEqual(['left behind', 'own']);
});

test('a message of another person of this browser stays theirs', async () => {
  const [server, storage] = [new FakeServer(), memoryStorage()];
  const ann = await opened(server, 'ann', { storage });
  ann.wire.disconnect();
  ann.client.network(false);
  ann.view.send('by ann');
  await settle();
  ann.client.close();
  const bob = await opened(server, 'bob', { storage });
  await vi.advanceTimersByTimeAsync(30_000);
  expect(bob.view.rows).toEqual([]);
  expect(server.logs.get('lobby')).toEqual([]);
});

for (const after of ['a reload', 'the tab was closed']) {
  test(`what was written before there ever was a welcome is there after ${after}, and is sent`, async () => {
    const [server, storage] = [new FakeServer(), memoryStorage()];
    server.down = new Failure('offline');
    const first = await opened(server, 'ann', { storage, tab: 'one' });
    first.view.send('early');
    first.view.draft = { text: 'begun' };
    first.client.close();
    await settle();
    const tab = after === 'a reload' ? 'one' : 'two';
    const second = await opened(server, 'ann', { storage, tab });
    expect(texts(second.view)).toEqual(['early']);
    expect(second.view.draft?.text).toBe('begun');
    server.down = undefined;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(server.logs.get('lobby')).toMatchObject([{ text: 'early', author: { id: 'u-ann' } }]);
    expect(states(second.view)).toEqual(['sent']);
    second.view.draft = undefined;
    second.client.close();
    // Nothing is left for whoever comes next.
    const bob = await opened(server, 'bob', { storage, tab });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(bob.view.draft).toBeUndefined();
    expect(await storage.list('draft/')).toEqual([]);
    expect(await storage.list('outbox//')).toEqual([]);
    expect(server.logs.get('lobby')).toHaveLength(1);
  });
}

test('what a living tab wrote before its first welcome is left to it', async () => {
  const [server, storage] = [new FakeServer(), memoryStorage()];
  server.down = new Failure('offline');
  const first = await opened(server, 'ann', { storage, tab: 'one' });
  first.client.network(false);
  first.view.send('early');
  await settle();
  server.down = undefined;
  const second = await opened(server, 'bob', { storage, tab: 'two' });
  await vi.advanceTimersByTimeAsync(30_000);
  expect(second.view.rows).toEqual([]);
  first.client.network(true);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(server.logs.get('lobby')).toMatchObject([{ text: 'early', author: { id: 'u-ann' } }]);
});

test('what is thrown away while the storage is read does not come back', async () => {
  const storage = memoryStorage();
  const { server, client, wire, view } = await opened(new FakeServer(), 'ann', { storage });
  wire.disconnect();
  client.network(false);
  const { id } = view.send('never mind');
  const list = storage.list;
  let read: () => void = () => undefined;
  storage.list = async (prefix) => {
    const found = await list(prefix);
    if (prefix.startsWith('outbox/')) await new Promise<void>((resolve) => (read = resolve));
    return found;
  };
  await vi.advanceTimersByTimeAsync(5000);
  expect(view.discard(id)).toBe('never mind');
  read();
  storage.list = list;
  client.network(true);
  await vi.advanceTimersByTimeAsync(5000);
  expect(view.rows).toEqual([]);
  expect(server.logs.get('lobby')).toEqual([]);
});
