import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Kept } from '../protocol';
import type { Answer, Failure } from './answer';
import { Backoff } from './backoff';
import { Outbox, type OutboxShelf, type Pending } from './outbox';

class MemoryShelf implements OutboxShelf {
  readonly items = new Map<string, Pending>();
  load(): Pending[] {
    return [...this.items.values()];
  }
  put(entry: Pending): void {
    this.items.set(entry.id, entry);
  }
  remove(id: string): void {
    this.items.delete(id);
  }
}

/** A server that answers when it is told to. */
class Server {
  readonly calls: { id: string; message: string; answer: (answer: Answer<Kept>) => void }[] = [];
  shown = 0;

  readonly send = (message: { id: string; message: string }): Promise<Answer<Kept>> =>
    new Promise((answer) => this.calls.push({ ...message, answer }));

  get texts(): string[] {
    return this.calls.map((call) => call.message);
  }

  async keep(index: number, seq = 1): Promise<void> {
    const call = this.calls[index];
    call?.answer({ ok: true, value: { id: call.id, seq, fp: '00', at: 5 } });
    await settle();
  }

  async refuse(index: number, code: Failure['code']): Promise<void> {
    this.calls[index]?.answer({ ok: false, failure: { code, reason: 'because' } });
    await settle();
  }
}

const settle = () => vi.advanceTimersByTimeAsync(0);

function newOutbox(shelf = new MemoryShelf(), server = new Server()) {
  const outbox = new Outbox({
    shelf,
    send: server.send,
    isShown: (seq) => seq <= server.shown,
    onChange: () => undefined,
    backoff: new Backoff(() => 1),
  });
  const states = () => outbox.entries.map((entry) => `${entry.text} ${entry.state}`);
  return { outbox, shelf, server, states };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('sending', () => {
  test('one at a time, in the order of writing', async () => {
    const { outbox, server, states } = newOutbox();
    outbox.open();
    outbox.add('Ann', 'one');
    outbox.add('Ann', 'two');
    expect(server.texts).toEqual(['one']);
    expect(states()).toEqual(['one sending', 'two queued']);
    await server.keep(0);
    expect(server.texts).toEqual(['one', 'two']);
    expect(states()).toEqual(['one kept', 'two sending']);
  });

  test('waits for the connection', () => {
    const { outbox, server } = newOutbox();
    outbox.add('Ann', 'early');
    expect(server.texts).toEqual([]);
    outbox.open();
    expect(server.texts).toEqual(['early']);
  });

  test('a kept message stays until the room shows it, and is off the shelf', async () => {
    const { outbox, server, shelf } = newOutbox();
    outbox.open();
    const { id } = outbox.add('Ann', 'hello');
    await server.keep(0);
    expect(shelf.items.size).toBe(0);
    expect(outbox.entries[0]).toMatchObject({ state: 'kept', at: 5 });
    outbox.seen(id);
    expect(outbox.entries).toEqual([]);
  });

  test('a message that the room showed before its ack came is not shown again', async () => {
    const { outbox, server } = newOutbox();
    outbox.open();
    const { id } = outbox.add('Ann', 'hello');
    outbox.seen(id);
    await server.keep(0);
    expect(outbox.entries).toEqual([]);
  });

  test('an ack for something far above in the room shows nothing at the end', async () => {
    const { outbox, server } = newOutbox();
    server.shown = 90;
    outbox.open();
    outbox.add('Ann', 'stored before the reload');
    await server.keep(0, 7);
    expect(outbox.entries).toEqual([]);
  });

  test('once the room is read up to its end, kept messages are in it', async () => {
    const { outbox, server, states } = newOutbox();
    outbox.open();
    outbox.add('Ann', 'one');
    outbox.add('Ann', 'two');
    await server.keep(0);
    outbox.caughtUp();
    expect(states()).toEqual(['two sending']);
  });
});

describe('trouble', () => {
  test.each(['unavailable', 'rate-limited', 'timeout'] as const)(
    '%s is tried again with the same id',
    async (code) => {
      const { outbox, server, states } = newOutbox();
      outbox.open();
      outbox.add('Ann', 'one');
      outbox.add('Ann', 'two');
      await server.refuse(0, code);
      expect(states()).toEqual(['one queued', 'two queued']);
      await vi.advanceTimersByTimeAsync(999);
      expect(server.calls).toHaveLength(1);
      await vi.advanceTimersByTimeAsync(1);
      expect(server.texts).toEqual(['one', 'one']);
      expect(server.calls[1]?.id).toBe(server.calls[0]?.id);
      await server.refuse(1, code);
      await vi.advanceTimersByTimeAsync(2000);
      expect(server.calls).toHaveLength(3);
    },
  );

  test('a message refused for good lets the others go', async () => {
    const { outbox, server, states } = newOutbox();
    outbox.open();
    outbox.add('Ann', 'bad');
    outbox.add('Ann', 'good');
    await server.refuse(0, 'invalid');
    expect(states()).toEqual(['bad failed', 'good sending']);
    expect(outbox.entries[0]?.failure).toEqual({ code: 'invalid', reason: 'because' });
  });

  test('a drop puts what was under way back; it goes out again with the same id', async () => {
    const { outbox, server, states } = newOutbox();
    outbox.open();
    outbox.add('Ann', 'one');
    outbox.close();
    expect(states()).toEqual(['one queued']);
    outbox.open();
    expect(server.calls.map((call) => call.id)).toEqual([server.calls[0]?.id, server.calls[0]?.id]);
    await server.refuse(0, 'timeout'); // of the connection that is gone
    expect(states()).toEqual(['one sending']);
    await server.keep(1);
    expect(states()).toEqual(['one kept']);
    expect(server.calls).toHaveLength(2);
  });

  test('a late yes of a lost connection counts', async () => {
    const { outbox, server, states } = newOutbox();
    outbox.open();
    outbox.add('Ann', 'one');
    outbox.close();
    await server.keep(0);
    expect(states()).toEqual(['one kept']);
    outbox.open();
    expect(server.calls).toHaveLength(1);
  });

  test('waiting between tries ends with the connection', async () => {
    const { outbox, server } = newOutbox();
    outbox.open();
    outbox.add('Ann', 'one');
    await server.refuse(0, 'unavailable');
    outbox.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.calls).toHaveLength(1);
    outbox.open();
    expect(server.calls).toHaveLength(2);
  });
});

describe('what a person does with a failed message', () => {
  async function failed(code: Failure['code']) {
    const made = newOutbox();
    made.outbox.open();
    const entry = made.outbox.add('Ann', 'text');
    await made.server.refuse(0, code);
    return { ...made, entry };
  }

  test('retry sends the same id', async () => {
    const { outbox, server, entry } = await failed('internal');
    outbox.retry(entry.id);
    expect(server.calls[1]?.id).toBe(entry.id);
  });

  test('retry of a taken id makes a new one', async () => {
    const { outbox, server, entry, shelf } = await failed('id-taken');
    outbox.retry(entry.id);
    expect(server.calls[1]?.message).toBe('text');
    expect(server.calls[1]?.id).not.toBe(entry.id);
    expect([...shelf.items.keys()]).toEqual([server.calls[1]?.id]);
  });

  test('discard gives the text back', async () => {
    const { outbox, entry, shelf } = await failed('invalid');
    expect(outbox.discard(entry.id)?.text).toBe('text');
    expect(outbox.entries).toEqual([]);
    expect(shelf.items.size).toBe(0);
  });

  test('what is under way cannot be taken back', () => {
    const { outbox } = newOutbox();
    outbox.open();
    const { id } = outbox.add('Ann', 'gone');
    expect(outbox.discard(id)).toBeUndefined();
    expect(outbox.entries).toHaveLength(1);
  });
});

describe('through a reload', () => {
  test('everything unconfirmed comes back in order, with its id', async () => {
    const first = newOutbox();
    const ids = ['one', 'two', 'three'].map((text) => first.outbox.add('Ann', text).id);
    first.outbox.open(); // "one" is under way when the page goes

    const second = newOutbox(first.shelf);
    second.outbox.restore('Ann');
    expect(second.states()).toEqual(['one queued', 'two queued', 'three queued']);
    second.outbox.open();
    for (const index of [0, 1, 2]) await second.server.keep(index);
    expect(second.server.calls.map((call) => call.id)).toEqual(ids);
    expect(first.shelf.items.size).toBe(0);
  });

  test("another person's messages stay on the shelf", () => {
    const first = newOutbox();
    first.outbox.add('Ann', 'hers');
    const second = newOutbox(first.shelf);
    second.outbox.restore('Bob');
    expect(second.outbox.entries).toEqual([]);
    expect(first.shelf.items.size).toBe(1);
  });

  test('a failed message is still failed', async () => {
    const first = newOutbox();
    first.outbox.open();
    first.outbox.add('Ann', 'bad');
    await first.server.refuse(0, 'invalid');
    const second = newOutbox(first.shelf);
    second.outbox.restore('Ann');
    second.outbox.open();
    expect(second.states()).toEqual(['bad failed']);
    expect(second.server.calls).toEqual([]);
  });

  test('what may have arrived a day ago is not sent by itself', () => {
    const first = newOutbox();
    first.outbox.add('Ann', 'tried');
    first.outbox.open();
    first.outbox.add('Ann', 'never left');
    vi.setSystemTime(Date.now() + 23 * 60 * 60 * 1000);
    const second = newOutbox(first.shelf);
    second.outbox.restore('Ann');
    second.outbox.open();
    expect(second.states()).toEqual(['tried failed', 'never left sending']);
    expect(second.outbox.entries[0]?.failure?.code).toBe('expired');
  });

  test('a new nickname takes the messages along', () => {
    const { outbox, shelf } = newOutbox();
    outbox.add('Ann', 'mine');
    outbox.rename('Anna');
    expect([...shelf.items.values()].map((entry) => entry.author)).toEqual(['Anna']);
  });
});
