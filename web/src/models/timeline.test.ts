import { expect, test } from 'vitest';
import type { History, Message } from '../protocol';
import { Timeline } from './timeline';

const message = (seq: number): Message => ({
  nickname: 'Ann',
  message: `m${seq}`,
  id: `id-${seq}`,
  at: seq,
  seq,
});

function live(seq: number): Message {
  const { nickname, message: text, id, at } = message(seq);
  return { nickname, message: text, id, at };
}

/** Messages from..to of a log that begins with 1. */
function run(from: number, to: number): History {
  return {
    messages: Array.from({ length: to - from + 1 }, (_, index) => message(from + index)),
    more: from > 1,
  };
}

const ids = (timeline: Timeline) => timeline.messages.map(({ id }) => Number(id.slice(3)));
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

function following(from: number, to: number): Timeline {
  const timeline = new Timeline();
  timeline.takeEnd(run(from, to));
  return timeline;
}

test('the first look at the room', () => {
  const timeline = following(11, 60);
  expect(ids(timeline)).toEqual(range(11, 60));
  expect(timeline.more).toBe(true);
  expect(timeline.olderThan).toBe(11);
});

test('an empty room', () => {
  const timeline = new Timeline();
  expect(timeline.loaded).toBe(false);
  expect(timeline.takeEnd({ messages: [], more: false })).toBeNull();
  expect(timeline.loaded).toBe(true);
  expect(timeline.olderThan).toBeNull();
  expect(timeline.add(live(1))).toBe(true);
  expect(ids(timeline)).toEqual([1]);
});

test('a message that comes twice is shown once', () => {
  const timeline = following(1, 3);
  expect(timeline.add(live(4))).toBe(true);
  expect(timeline.add(live(4))).toBe(false);
  expect(timeline.add(live(2))).toBe(false);
  expect(ids(timeline)).toEqual([1, 2, 3, 4]);
});

test('live messages before the history wait for it', () => {
  const timeline = new Timeline();
  expect(timeline.add(live(4))).toBe(false);
  expect(timeline.add(live(5))).toBe(false);
  expect(ids(timeline)).toEqual([]);
  timeline.takeEnd(run(1, 4));
  // takeEnd is the end of the log at that moment; 5 came after it.
  expect(ids(timeline)).toEqual([1, 2, 3, 4, 5]);
});

test('what was overheard before joining does not come after what is newer', () => {
  const timeline = new Timeline();
  for (let seq = 1; seq <= 80; seq++) timeline.add(live(seq));
  timeline.takeEnd(run(151, 200));
  expect(ids(timeline)).toEqual(range(151, 200));
});

test('overhearing a busy room for hours costs little, and joining it shows it right', () => {
  const timeline = new Timeline();
  for (let seq = 1; seq <= 5000; seq++) timeline.add(live(seq));
  timeline.takeEnd(run(4950, 4999));
  expect(ids(timeline)).toEqual(range(4950, 5000));
});

test('a room whose store lost a part starts over', () => {
  const timeline = following(1, 60);
  timeline.takeEnd({ ...run(20, 55), reset: true });
  expect(ids(timeline)).toEqual(range(20, 55));
  expect(timeline.olderThan).toBe(20);
});

test('after a short drop the fresh end overlaps', () => {
  const timeline = following(11, 60);
  timeline.suspend();
  expect(timeline.takeEnd(run(36, 85))).toBeNull();
  expect(ids(timeline)).toEqual(range(11, 85));
  expect(timeline.olderThan).toBe(11);
});

test('nothing missed', () => {
  const timeline = following(11, 60);
  timeline.suspend();
  expect(timeline.takeEnd(run(11, 60))).toBeNull();
  expect(ids(timeline)).toEqual(range(11, 60));
});

test('a fresh end that reaches further back than ours', () => {
  const timeline = new Timeline();
  timeline.takeEnd({ messages: [message(58), message(59)], more: true });
  timeline.suspend();
  timeline.takeEnd(run(11, 60));
  expect(ids(timeline)).toEqual(range(11, 60));
  expect(timeline.olderThan).toBe(11);
});

test('a gap is closed page by page, and nothing is shown before it is', () => {
  const timeline = following(1, 60);
  timeline.suspend();
  expect(timeline.takeEnd(run(151, 200))).toBe(151);
  expect(timeline.add(live(201))).toBe(false);
  expect(ids(timeline)).toEqual(range(1, 60));
  expect(timeline.takeGap(run(101, 150))).toBe(101);
  expect(timeline.takeGap(run(51, 100))).toBeNull();
  expect(ids(timeline)).toEqual(range(1, 201));
});

test('a gap that is too wide starts the room over, without a hole', () => {
  const timeline = following(1, 60);
  timeline.suspend();
  let before = timeline.takeEnd(run(9951, 10_000));
  let pages = 0;
  while (before !== null) {
    pages += 1;
    before = timeline.takeGap(run(before - 50, before - 1));
  }
  expect(pages).toBe(20);
  expect(ids(timeline)).toEqual(range(8951, 10_000));
  expect(timeline.olderThan).toBe(8951);
});

test('starting over while a gap is open', () => {
  const timeline = following(1, 60);
  timeline.suspend();
  timeline.takeEnd(run(151, 200));
  timeline.add(live(201));
  timeline.startOver();
  expect(ids(timeline)).toEqual(range(151, 201));
});

test('a drop in the middle of closing a gap', () => {
  const timeline = following(1, 60);
  timeline.suspend();
  timeline.takeEnd(run(151, 200));
  timeline.suspend();
  expect(timeline.takeEnd(run(160, 209))).toBe(160);
  timeline.takeGap(run(110, 159));
  timeline.takeGap(run(60, 109));
  expect(ids(timeline)).toEqual(range(1, 209));
});

test("the log's word replaces what a failover took back", () => {
  const timeline = following(1, 60);
  timeline.add({ ...live(61), id: 'id-99061' });
  timeline.suspend();
  timeline.takeEnd(run(20, 69));
  expect(ids(timeline)).toEqual(range(1, 69));
});

test('a log that was emptied', () => {
  const timeline = following(1, 60);
  timeline.suspend();
  expect(timeline.takeEnd({ messages: [], more: false })).toBeNull();
  expect(ids(timeline)).toEqual([]);
});

test('older messages go above, once', () => {
  const timeline = following(101, 150);
  timeline.takeOlder(101, run(51, 100));
  timeline.takeOlder(101, run(51, 100));
  expect(ids(timeline)).toEqual(range(51, 150));
  timeline.takeOlder(51, run(1, 50));
  expect(ids(timeline)).toEqual(range(1, 150));
  expect(timeline.olderThan).toBeNull();
});

test('a page of older messages that comes after starting over is dropped', () => {
  const timeline = following(101, 150);
  timeline.suspend();
  expect(timeline.olderThan).toBeNull();
  timeline.takeOlder(101, run(51, 100));
  expect(ids(timeline)).toEqual(range(101, 150));
});

test('memory is bounded, and paging still works after trimming', () => {
  const timeline = following(1, 50);
  for (let seq = 51; seq <= 5000; seq++) {
    timeline.add(message(seq));
    timeline.trim();
  }
  expect(timeline.messages.length).toBeLessThanOrEqual(2000);
  const oldest = timeline.olderThan ?? 0;
  expect(ids(timeline)).toEqual(range(oldest, 5000));
  timeline.takeOlder(oldest, run(oldest - 50, oldest - 1));
  expect(ids(timeline)).toEqual(range(oldest - 50, 5000));
});

test('nothing is trimmed that could not be found again', () => {
  const timeline = following(1, 50);
  for (let seq = 51; seq <= 3000; seq++) timeline.add(live(seq));
  timeline.trim();
  expect(ids(timeline)).toEqual(range(1, 3000));
});
