import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { History, Kept, Message } from '../protocol';
import type { Answer, Failure } from './answer';
import { Backoff } from './backoff';
import { Chat, type Identity } from './chat';
import type { Pending } from './outbox';

type Call = 'introduce' | 'send' | 'history';

/** A wire whose other end is the test. */
class FakeWire {
  readonly calls: { name: Call; argument: unknown; answer: (answer: Answer<never>) => void }[] = [];
  typed = 0;

  readonly introduce = (nickname: string) => this.#call<{ nickname: string }>('introduce', nickname);
  readonly send = (message: { message: string; id: string }) => this.#call<Kept>('send', message);
  readonly history = (before: number) => this.#call<History>('history', before);
  readonly typing = () => void (this.typed += 1);

  #call<T>(name: Call, argument: unknown): Promise<Answer<T>> {
    return new Promise((resolve) => this.calls.push({ name, argument, answer: resolve as never }));
  }

  arguments(name: Call): unknown[] {
    return this.calls.filter((call) => call.name === name).map((call) => call.argument);
  }

  async accept(value: unknown): Promise<void> {
    this.calls.at(-1)?.answer({ ok: true, value } as Answer<never>);
    await settle();
  }

  async refuse(code: Failure['code']): Promise<void> {
    this.calls.at(-1)?.answer({ ok: false, failure: { code, reason: 'because' } });
    await settle();
  }
}

const settle = () => vi.advanceTimersByTimeAsync(0);

const message = (seq: number, nickname = 'Bob'): Message => ({
  nickname,
  message: `m${seq}`,
  id: `id-${seq}`,
  at: seq,
  seq,
});

const run = (from: number, to: number): History => ({
  messages: Array.from({ length: to - from + 1 }, (_, index) => message(from + index)),
  more: from > 1,
});

function newChat(nickname: string | null = null, shelf = new Map<string, Pending>()) {
  const wire = new FakeWire();
  const identity: Identity = { nickname };
  const chat = new Chat({
    wire,
    identity,
    shelf: {
      load: () => [...shelf.values()],
      put: (entry) => void shelf.set(entry.id, entry),
      remove: (id) => void shelf.delete(id),
    },
    onChange: () => undefined,
    backoff: new Backoff(() => 1),
  });
  chat.restore();
  return { chat, wire, identity, shelf };
}

async function newGuest() {
  const made = newChat('Ann');
  made.chat.connected();
  await made.wire.accept({ nickname: 'Ann' });
  await made.chat.takeHistory(run(1, 3));
  return made;
}

const ids = (chat: Chat) => chat.timeline.messages.map(({ id }) => Number(id.slice(3)));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('who we are', () => {
  test('a stranger is asked for nothing before choosing a nickname', async () => {
    const { chat, wire, identity } = newChat();
    chat.connected();
    expect(wire.calls).toEqual([]);
    void chat.join(' ann ');
    expect(chat.joining).toBe(true);
    await wire.accept({ nickname: 'Ann' });
    expect(chat.here).toBe(true);
    expect(identity.nickname).toBe('Ann');
  });

  test('a refused nickname is nobody, with the reason', async () => {
    const { chat, wire } = newChat();
    chat.connected();
    void chat.join('Bob');
    await wire.refuse('nickname-taken');
    expect(chat.refusal).toEqual({ code: 'nickname-taken', reason: 'because' });
    expect(chat.nickname).toBeNull();
    expect(chat.here).toBe(false);
  });

  test('every connection introduces us again', async () => {
    const { chat, wire } = await newGuest();
    chat.disconnected();
    expect(chat.here).toBe(false);
    chat.connected();
    expect(wire.arguments('introduce')).toEqual(['Ann', 'Ann']);
  });

  test.each(['unavailable', 'rate-limited', 'timeout', 'internal'] as const)(
    'coming back is tried again after %s',
    async (code) => {
      const { chat, wire } = newChat('Ann');
      chat.connected();
      await wire.refuse(code);
      expect(chat.refusal).toBeNull();
      await vi.advanceTimersByTimeAsync(1000);
      expect(wire.arguments('introduce')).toEqual(['Ann', 'Ann']);
    },
  );

  test('a nickname that somebody took meanwhile is asked for anew, and nothing written is lost', async () => {
    const { chat, wire } = await newGuest();
    chat.disconnected();
    chat.say('written offline');
    chat.connected();
    await wire.refuse('nickname-taken');
    expect(chat.refusal?.code).toBe('nickname-taken');
    expect(wire.arguments('send')).toEqual([]);
    void chat.join('Anna');
    await wire.accept({ nickname: 'Anna' });
    expect(wire.arguments('send')).toMatchObject([{ message: 'written offline' }]);
    expect(chat.outbox.entries[0]?.author).toBe('Anna');
  });

  test('the answer of a connection that is gone says nothing', async () => {
    const { chat, wire } = newChat('Ann');
    chat.connected();
    const late = wire.calls[0];
    chat.disconnected();
    late?.answer({ ok: true, value: { nickname: 'Ann' } } as Answer<never>);
    await settle();
    expect(chat.here).toBe(false);
  });

  test('an introduction that no history follows is repeated', async () => {
    const { chat, wire } = newChat('Ann');
    chat.connected();
    await wire.accept({ nickname: 'Ann' });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(wire.arguments('introduce')).toHaveLength(2);
    await wire.accept({ nickname: 'Ann' });
    await chat.takeHistory(run(1, 3));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(wire.arguments('introduce')).toHaveLength(2);
  });
});

describe('messages', () => {
  test('what was seen in the room leaves the outbox', async () => {
    const { chat, shelf } = await newGuest();
    chat.say('hello');
    const id = chat.outbox.entries[0]?.id ?? '';
    expect(shelf.size).toBe(1);
    chat.takeMessage({ ...message(4, 'Ann'), id });
    expect(chat.outbox.entries).toEqual([]);
    expect(shelf.size).toBe(0);
  });

  test('a message whose ack was lost is found in the history and not sent again', async () => {
    const { chat, wire } = await newGuest();
    chat.say('hello');
    const id = chat.outbox.entries[0]?.id ?? '';
    chat.disconnected();
    chat.connected();
    const introduction = wire.calls.at(-1);
    introduction?.answer({ ok: true, value: { nickname: 'Ann' } } as Answer<never>);
    await chat.takeHistory({ messages: [...run(1, 3).messages, { ...message(4, 'Ann'), id }], more: false });
    await settle();
    expect(chat.outbox.entries).toEqual([]);
    expect(chat.timeline.messages.filter((entry) => entry.id === id)).toHaveLength(1);
  });

  test('a gap after a reconnect is fetched', async () => {
    const { chat, wire } = await newGuest();
    chat.disconnected();
    chat.connected();
    await wire.accept({ nickname: 'Ann' });
    void chat.takeHistory(run(61, 110));
    expect(wire.arguments('history')).toEqual([61]);
    await wire.accept(run(11, 60));
    await wire.accept(run(1, 10));
    expect(ids(chat)).toEqual(Array.from({ length: 110 }, (_, index) => index + 1));
    expect(chat.unread.first).toBe('id-4');
  });

  test('a gap that cannot be fetched starts the room over', async () => {
    const { chat, wire } = await newGuest();
    chat.disconnected();
    chat.connected();
    await wire.accept({ nickname: 'Ann' });
    void chat.takeHistory(run(61, 110));
    await wire.refuse('unavailable');
    expect(ids(chat)).toEqual(Array.from({ length: 50 }, (_, index) => index + 61));
    expect(chat.timeline.joining).toBe(false);
  });

  test('a second history voids the pages asked for by the first', async () => {
    const { chat, wire } = await newGuest();
    chat.disconnected();
    chat.connected();
    await wire.accept({ nickname: 'Ann' });
    void chat.takeHistory(run(61, 110));
    const stale = wire.calls.at(-1);
    void chat.takeHistory(run(62, 111));
    stale?.answer({ ok: true, value: run(11, 60) } as Answer<never>);
    await settle();
    await wire.accept(run(12, 61));
    await wire.accept(run(1, 11));
    expect(ids(chat)).toEqual(Array.from({ length: 111 }, (_, index) => index + 1));
  });

  test('older messages are asked for once at a time', async () => {
    const { chat, wire } = newChat('Ann');
    chat.connected();
    await wire.accept({ nickname: 'Ann' });
    await chat.takeHistory(run(51, 100));
    void chat.loadOlder();
    void chat.loadOlder();
    expect(wire.arguments('history')).toEqual([51]);
    expect(chat.paging).toBe(true);
    await wire.accept(run(1, 50));
    expect(chat.paging).toBe(false);
    void chat.loadOlder();
    expect(wire.arguments('history')).toEqual([51]);
    expect(ids(chat)).toHaveLength(100);
  });
});

describe('the others', () => {
  test('joined and left are told, but not of ourselves', async () => {
    const { chat } = await newGuest();
    chat.takeRoster({ people: ['Ann', 'Bob'], total: 2 });
    chat.takeChange({ user: 'Cy', event: 'joined' });
    chat.takeChange({ user: 'Ann', event: 'left' });
    expect(chat.people.names).toEqual(['Bob', 'Cy']);
    expect(chat.notices.list).toMatchObject([{ after: 'id-3', joined: ['Cy'], left: [] }]);
  });

  test('typing ends with the message, with leaving and with the connection', async () => {
    const { chat } = await newGuest();
    for (const nickname of ['Bob', 'Cy', 'Di', 'Ann']) chat.takeTyping(nickname);
    expect(chat.typists.names).toEqual(['Bob', 'Cy', 'Di']);
    chat.takeMessage(message(4, 'Bob'));
    chat.takeChange({ user: 'Cy', event: 'left' });
    expect(chat.typists.names).toEqual(['Di']);
    chat.disconnected();
    expect(chat.typists.names).toEqual([]);
  });

  test('we tell that we type only while we are here', async () => {
    const { chat, wire } = await newGuest();
    chat.keystroke();
    expect(wire.typed).toBe(1);
    chat.disconnected();
    await vi.advanceTimersByTimeAsync(5000);
    chat.keystroke();
    expect(wire.typed).toBe(1);
  });

  test('what others say while nobody looks is counted', async () => {
    const { chat } = await newGuest();
    chat.unread.watch(false);
    chat.takeMessage(message(4));
    chat.takeMessage(message(5));
    chat.takeMessage(message(6, 'Ann'));
    expect(chat.unread.count).toBe(2);
    expect(chat.unread.first).toBe('id-4');
    chat.unread.watch(true);
    expect(chat.unread.count).toBe(0);
    expect(chat.unread.first).toBe('id-4');
    chat.say('answer');
    expect(chat.unread.first).toBeNull();
  });
});
