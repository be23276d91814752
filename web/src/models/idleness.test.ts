import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Idleness } from './idleness';

const MINUTE = 60_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('somebody is away after five minutes, and back with the first key', () => {
  const told: boolean[] = [];
  const idleness = new Idleness((away) => told.push(away));
  vi.advanceTimersByTime(4 * MINUTE);
  idleness.active();
  vi.advanceTimersByTime(4 * MINUTE);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(MINUTE);
  expect(told).toEqual([true]);
  expect(idleness.away).toBe(true);
  idleness.active();
  idleness.active();
  expect(told).toEqual([true, false]);
});

test('nothing is told after the end', () => {
  const told: boolean[] = [];
  new Idleness((away) => told.push(away)).end();
  vi.advanceTimersByTime(10 * MINUTE);
  expect(told).toEqual([]);
});
