import { expect, test } from 'vitest';
import { Backoff } from './backoff';

test('doubles up to a limit and starts again after a success', () => {
  const backoff = new Backoff(() => 1);
  expect([1, 2, 3, 4, 5, 6, 7].map(() => backoff.next())).toEqual([
    1000, 2000, 4000, 8000, 16_000, 20_000, 20_000,
  ]);
  backoff.reset();
  expect(backoff.next()).toBe(1000);
});

test('is scattered over the upper half', () => {
  expect(new Backoff(() => 0).next()).toBe(500);
  const delays = new Set(Array.from({ length: 20 }, () => new Backoff().next()));
  expect(delays.size).toBeGreaterThan(1);
  for (const delay of delays) expect(delay).toBeGreaterThanOrEqual(500);
});
