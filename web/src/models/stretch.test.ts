import { expect, test } from 'vitest';
import { around, boundsOf, grown, MOST_DRAWN, settled, type Stretch } from './stretch';

const rowsOf = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => ({ key: `k${from + n}`, seq: from + n }));
const AT_ONCE = 10;

/** The numbers of the first and the last row that are drawn. */
function drawn(
  rows: readonly { key: string; seq: number }[],
  stretch: Stretch,
): [number | undefined, number | undefined] {
  const { from, to } = boundsOf(rows, stretch, AT_ONCE);
  const part = rows.slice(from, to);
  return [part[0]?.seq, part.at(-1)?.seq];
}

test('a room begins with its end', () => {
  const rows = rowsOf(1, 51);
  expect(drawn(rows, {})).toEqual([41, 50]);
  expect(drawn(rows, settled(rows, {}, AT_ONCE))).toEqual([41, 50]);
  expect(drawn(rowsOf(1, 4), settled(rowsOf(1, 4), {}, AT_ONCE))).toEqual([1, 3]);
  expect(drawn([], settled([], {}, AT_ONCE))).toEqual([undefined, undefined]);
});

test('what comes at the end is drawn, and what is drawn stays', () => {
  const stretch = settled(rowsOf(1, 51), {}, AT_ONCE);
  expect(drawn(rowsOf(1, 61), settled(rowsOf(1, 61), stretch, AT_ONCE))).toEqual([41, 60]);
});

test('whoever follows a room for long sees all that is still loaded', () => {
  const stretch = settled(rowsOf(1, 51), {}, AT_ONCE);
  expect(drawn(rowsOf(1, 401), settled(rowsOf(1, 401), stretch, AT_ONCE))).toEqual([41, 400]);
  expect(drawn(rowsOf(51, 451), settled(rowsOf(51, 451), stretch, AT_ONCE))).toEqual([51, 450]);
});

test('it grows up to the first row and no further', () => {
  const rows = rowsOf(1, 51);
  let stretch = settled(rows, {}, AT_ONCE);
  for (const first of [26, 11, 1, 1]) {
    stretch = grown(rows, boundsOf(rows, stretch, AT_ONCE), 'up', 15, true);
    expect(drawn(rows, stretch)).toEqual([first, 50]);
  }
});

test('what is far away gives way, and comes again', () => {
  const rows = rowsOf(1, 401);
  let stretch = settled(rows, {}, AT_ONCE);
  for (let n = 0; n < 20; n++) stretch = grown(rows, boundsOf(rows, stretch, AT_ONCE), 'up', 10, true);
  expect(drawn(rows, stretch)).toEqual([191, 190 + MOST_DRAWN]);
  // Somebody reads there: what is new is not drawn.
  const more = rowsOf(1, 406);
  stretch = settled(more, stretch, AT_ONCE);
  expect(drawn(more, stretch)).toEqual([191, 190 + MOST_DRAWN]);
  for (let n = 0; n < 12; n++) stretch = grown(more, boundsOf(more, stretch, AT_ONCE), 'down', 10, true);
  expect(drawn(more, stretch)).toEqual([406 - MOST_DRAWN, 405]);
  expect(stretch.last).toBeUndefined();
});

test('the end of what is loaded is not the end of the room', () => {
  const rows = rowsOf(1, 51);
  const stretch = grown(rows, { from: 0, to: 40 }, 'down', 20, false);
  expect(drawn(rowsOf(1, 101), stretch)).toEqual([1, 50]);
});

test('pages that come and go leave it where it is', () => {
  const stretch: Stretch = { first: 'k100', last: 'k150' };
  // Fifty older ones, and the newest fifty have gone.
  expect(drawn(rowsOf(50, 450), settled(rowsOf(50, 450), stretch, AT_ONCE))).toEqual([100, 150]);
  // Rows at an end of it have gone, too.
  expect(drawn(rowsOf(50, 140), settled(rowsOf(50, 140), stretch, AT_ONCE))).toEqual([100, 139]);
  expect(drawn(rowsOf(120, 300), settled(rowsOf(120, 300), stretch, AT_ONCE))).toEqual([120, 150]);
});

test('another part of the room is drawn from its end, or around what was asked for', () => {
  const rows = rowsOf(1000, 1050);
  expect(drawn(rows, settled(rows, { first: 'k100', last: 'k150' }, AT_ONCE))).toEqual([1040, 1049]);
  expect(drawn(rows, around(rows, 25, 10, false))).toEqual([1020, 1034]);
  expect(drawn(rows, around(rows, 1, 10, false))).toEqual([1000, 1010]);
  expect(around(rows, 48, 10, true).last).toBeUndefined();
});
