import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Typists, TypingTeller } from './typing';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('who is not heard of again has stopped', () => {
  const changed = vi.fn();
  const typists = new Typists(changed);
  typists.heard('Ann');
  vi.advanceTimersByTime(3000);
  typists.heard('Bob');
  typists.heard('Ann');
  expect(typists.names).toEqual(['Ann', 'Bob']);
  vi.advanceTimersByTime(5999);
  expect(typists.names).toEqual(['Ann', 'Bob']);
  vi.advanceTimersByTime(1);
  expect(typists.names).toEqual([]);
  expect(changed).toHaveBeenCalledTimes(4);
});

test('a message ends it at once', () => {
  const changed = vi.fn();
  const typists = new Typists(changed);
  typists.heard('Ann');
  typists.ended('Ann');
  typists.ended('Ann');
  expect(typists.names).toEqual([]);
  expect(changed).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(10_000);
  expect(changed).toHaveBeenCalledTimes(2);
});

test('telling, with some room between the limit of two seconds and us', () => {
  const tell = vi.fn();
  const teller = new TypingTeller(tell);
  for (let now = 0; now <= 6000; now += 100) teller.keystroke(now);
  expect(tell).toHaveBeenCalledTimes(3);
});
