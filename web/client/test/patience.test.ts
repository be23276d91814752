import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Failure } from '../src/index.js';
import { FakeServer, join, person } from './server.js';

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }));
afterEach(() => void vi.useRealTimers());

/** Lets everything happen that needs no time. */
const settle = () => vi.advanceTimersByTimeAsync(0);

async function opened() {
  const server = new FakeServer();
  server.say('draft');
  const { client, wire } = join(server, 'ann');
  const view = client.room('lobby');
  await settle();
  return { server, view, wire };
}

test('a change whose answer is lost with the connection stays shown, and is made once', async () => {
  const { server, view, wire } = await opened();
  server.answers.set('message-edit', ({ seq, ...rest }) => {
    server.append({ ...rest, type: 'edit', ref: seq as number }, person('bob'), false);
    wire.disconnect();
    return new Failure('timeout');
  });
  const edit = view.edit(1, 'final');
  await settle();
  expect(view.rows).toMatchObject([{ text: 'final', pending: true }]);
  server.answers.clear();
  await vi.advanceTimersByTimeAsync(2000);
  await expect(edit).resolves.toMatchObject({ seq: 2 });
  expect(view.rows).toMatchObject([{ text: 'final', edited: { seq: 2 } }]);
  expect(view.rows[0]?.pending).toBeUndefined();
  expect(server.logs.get('lobby')).toHaveLength(2);
});

test('a change that nobody can make goes back after half a minute', async () => {
  const { server, view, wire } = await opened();
  server.answers.set('message-edit', () => {
    server.down = new Failure('offline');
    wire.disconnect();
    return new Failure('timeout');
  });
  const edit = view.edit(1, 'final').catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(29_000);
  expect(view.rows).toMatchObject([{ text: 'final', pending: true }]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(await edit).toMatchObject({ code: 'offline' });
  expect(view.rows).toMatchObject([{ text: 'draft' }]);
  expect(view.rows[0]?.pending).toBeUndefined();
});
