import { expect, test, vi } from 'vitest';
import { Memory } from './storage';

class FakeStorage {
  readonly items = new Map<string, string>();
  full = false;
  get length(): number {
    return this.items.size;
  }
  key(index: number): string | null {
    return [...this.items.keys()][index] ?? null;
  }
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    if (this.full) throw new DOMException('full', 'QuotaExceededError');
    this.items.set(key, value);
  }
  removeItem(key: string): void {
    this.items.delete(key);
  }
}

const entry = (id: string) =>
  ({ id, author: 'Ann', text: 'hi', at: 1, triedAt: null, state: 'queued', failure: null }) as const;

test('the secret is long, made once and shared by all tabs', () => {
  const browser = new FakeStorage();
  const secret = new Memory(browser, new FakeStorage()).secret();
  expect(secret.length).toBeGreaterThanOrEqual(32);
  expect(new Memory(browser, new FakeStorage()).secret()).toBe(secret);
  expect(new Memory(new FakeStorage(), new FakeStorage()).secret()).not.toBe(secret);
});

test('a tab keeps its nickname when another tab takes a new one', () => {
  const browser = new FakeStorage();
  const first = new Memory(browser, new FakeStorage()).identity();
  first.nickname = 'Ann';
  const second = new Memory(browser, new FakeStorage()).identity();
  expect(second.nickname).toBe('Ann');
  second.nickname = 'Anna';
  expect(first.nickname).toBe('Ann');
  expect(new Memory(browser, new FakeStorage()).identity().nickname).toBe('Anna');
});

test('tabs do not overwrite each other in the outbox', () => {
  const browser = new FakeStorage();
  const first = new Memory(browser, new FakeStorage()).outbox();
  const second = new Memory(browser, new FakeStorage()).outbox();
  first.put(entry('1'));
  second.put(entry('2'));
  first.put({ ...entry('1'), state: 'sending', triedAt: 5 });
  expect(first.load().map(({ id, state, triedAt }) => [id, state, triedAt])).toEqual([
    ['1', 'queued', 5],
    ['2', 'queued', null],
  ]);
  second.remove('1');
  expect(first.load().map(({ id }) => id)).toEqual(['2']);
});

test('what does not look like a message is left alone', () => {
  const browser = new FakeStorage();
  browser.setItem('causerie.outbox.x', '{"id":1}');
  browser.setItem('causerie.outbox.y', 'not json');
  browser.setItem('other', '{}');
  expect(new Memory(browser, new FakeStorage()).outbox().load()).toEqual([]);
});

test('a full storage does not stop a message', () => {
  const browser = new FakeStorage();
  browser.full = true;
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  expect(() => new Memory(browser, new FakeStorage()).outbox().put(entry('1'))).not.toThrow();
  expect(warn).toHaveBeenCalledOnce();
});

test('the draft belongs to the tab', () => {
  const tab = new FakeStorage();
  new Memory(new FakeStorage(), tab).draft = 'half a thou';
  expect(new Memory(new FakeStorage(), tab).draft).toBe('half a thou');
  expect(new Memory(new FakeStorage(), new FakeStorage()).draft).toBe('');
});
