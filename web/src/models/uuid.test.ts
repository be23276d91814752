import { afterEach, expect, test, vi } from 'vitest';
import { uuidv7 } from './uuid';

afterEach(() => vi.useRealTimers());

test('has the form of RFC 9562 and carries the time', () => {
  vi.useFakeTimers({ now: Date.UTC(2100, 0, 1) });
  const id = uuidv7();
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toBe(Date.now());
});

test('sorts in the order of making, even while the clock stands or goes back', () => {
  vi.useFakeTimers({ now: Date.UTC(2101, 0, 1) });
  const ids = Array.from({ length: 10_000 }, (_, index) => {
    if (index === 5000) vi.setSystemTime(Date.UTC(2100, 5, 1));
    return uuidv7();
  });
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});
