import { memoryStorage, type Me, type Room, type Row, type Storage } from '@causerie/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Kept } from './kept';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

const row = (seq: number, more: Partial<Row> = {}): Row =>
  ({
    key: `k${seq}`,
    id: `k${seq}`,
    seq,
    kind: 'message',
    state: 'sent',
    text: `text ${seq}`,
    ...more,
  }) as Row;
const me = { id: 'u-ann', name: 'Ann' } as Me;
const seqs = async (kept: Kept, room: string) => (await kept.page(room)).map(({ seq }) => seq);

test('who one was and which rooms there were comes back', async () => {
  const storage = memoryStorage();
  const house = { me, rooms: [{ id: 'lobby', unread: 3 } as Room] };
  new Kept(storage).keepHouse(house);
  expect(await new Kept(storage).house()).toEqual(house);
});

test('of a room the newest messages are kept that the log has told', async () => {
  const kept = new Kept(memoryStorage());
  const rows = Array.from({ length: 60 }, (_, index) => row(index + 1));
  kept.keepPage('lobby', [
    ...rows,
    row(61, { pending: true }),
    row(62, { state: 'failed' }),
    row(0, { state: 'queued' }),
  ]);
  expect(await seqs(kept, 'lobby')).toEqual(rows.slice(-50).map(({ seq }) => seq));
  expect(await kept.page('elsewhere')).toEqual([]);
});

test('rooms that were not open for long go', async () => {
  const kept = new Kept(memoryStorage());
  for (let index = 0; index < 14; index += 1) {
    kept.keepPage(`room-${index}`, [row(1)]);
    vi.advanceTimersByTime(1000);
  }
  await kept.tidy();
  expect(await seqs(kept, 'room-0')).toEqual([]);
  expect(await seqs(kept, 'room-1')).toEqual([]);
  expect(await seqs(kept, 'room-2')).toEqual([1]);
});

test('nothing is left for whoever sits here next, but drafts and what was not sent', async () => {
  const storage = memoryStorage();
  await storage.set('draft/u-ann/lobby//tab', { text: 'begun' });
  const kept = new Kept(storage);
  kept.keepHouse({ me, rooms: [] });
  kept.keepPage('lobby', [row(1)]);
  await kept.forget();
  expect(await storage.list('app/')).toEqual([]);
  expect(await storage.list('draft/')).toHaveLength(1);
});

test('a storage that refuses keeps nothing and stops nobody', async () => {
  const refuse = () => Promise.reject(new Error('no space'));
  const storage: Storage = { get: refuse, set: refuse, delete: refuse, list: refuse };
  const kept = new Kept(storage);
  kept.keepHouse({ me, rooms: [] });
  kept.keepPage('lobby', [row(1)]);
  expect(await kept.house()).toBeUndefined();
  expect(await kept.page('lobby')).toEqual([]);
  await expect(kept.forget()).resolves.toBeUndefined();
  await expect(kept.tidy()).resolves.toBeUndefined();
});
