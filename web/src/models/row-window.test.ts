import { expect, test } from 'vitest';
import { MOST_ROWS, RowWindow } from './row-window';

test('opens at the end and follows it, bounded', () => {
  const rows = new RowWindow();
  rows.fit(50, 0);
  expect([rows.start, rows.end]).toEqual([0, 50]);
  for (let length = 51; length <= 1000; length++) rows.fit(length, 0);
  expect([rows.start, rows.end]).toEqual([1000 - MOST_ROWS, 1000]);
  expect(rows.reaches(1000)).toBe(true);
});

test('a long timeline opens with a screenful', () => {
  const rows = new RowWindow();
  rows.toEnd(2000);
  expect([rows.start, rows.end]).toEqual([1900, 2000]);
});

test('going up takes the window along, and what is new below does not move it', () => {
  const rows = new RowWindow();
  rows.toEnd(1000);
  while (rows.start > 0) rows.up();
  expect(rows.up()).toBe(false);
  expect([rows.start, rows.end]).toEqual([0, MOST_ROWS]);
  rows.fit(1001, 0);
  expect([rows.start, rows.end]).toEqual([0, MOST_ROWS]);
  expect(rows.reaches(1001)).toBe(false);
});

test('what is prepended shifts the window, then belongs to it on the way up', () => {
  const rows = new RowWindow();
  rows.fit(50, 0);
  rows.fit(100, 50);
  expect([rows.start, rows.end]).toEqual([50, 100]);
  expect(rows.up()).toBe(true);
  expect([rows.start, rows.end]).toEqual([0, 100]);
});

test('going down comes back to following', () => {
  const rows = new RowWindow();
  rows.toEnd(1000);
  for (let step = 0; step < 10; step++) rows.up();
  expect(rows.reaches(1000)).toBe(false);
  while (rows.down(1000));
  expect([rows.start, rows.end]).toEqual([600, 1000]);
  rows.fit(1001, 0);
  expect(rows.end).toBe(1001);
});
