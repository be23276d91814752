import { expect, test } from 'vitest';
import { fold } from '../src/fold.js';
import type { Entry, Item, Message, Page } from '../src/index.js';
import { MOST_ROWS, STEP, Timeline } from '../src/timeline.js';
import { FakeServer, person } from './server.js';

const ME = 'u-ann';
const message: Message = new FakeServer().say('hello');
const about = (type: Entry['type'], seq: number, more: Partial<Entry> = {}): Entry => ({
  ...message,
  ...{ type, seq, ref: message.seq, id: `e${seq}`, at: seq * 10, ...more },
});

test.each<[string, Entry[], Record<string, unknown>]>([
  [
    'the newest edit is the text',
    [about('edit', 2, { text: 'b' }), about('edit', 3, { text: 'c' })],
    { text: 'c', edited: { at: 30, seq: 3 } },
  ],
  [
    'an older edit changes nothing',
    [about('edit', 3, { text: 'c' }), about('edit', 2, { text: 'b' })],
    { text: 'c', edited: { at: 30, seq: 3 } },
  ],
  [
    'deleted is deleted',
    [about('delete', 2), about('edit', 3, { text: 'x' }), about('react', 4, { emoji: '👍' })],
    { text: '', deleted: true, reactions: undefined },
  ],
  ['a pin goes on and off', [about('pin', 2), about('unpin', 3)], { pinned: undefined }],
  [
    'the same reaction counts once',
    [about('react', 2, { emoji: '👍' }), about('react', 3, { emoji: '👍' })],
    { reactions: [{ emoji: '👍', count: 1, people: ['u-bob'], mine: false }] },
  ],
  [
    'mine is known',
    [about('react', 2, { emoji: '👍' }), about('react', 3, { emoji: '👍', author: person('ann') })],
    { reactions: [{ emoji: '👍', count: 2, people: ['u-bob', 'u-ann'], mine: true }] },
  ],
  [
    'the last one takes it away',
    [about('react', 2, { emoji: '👍' }), about('unreact', 3, { emoji: '👍' })],
    { reactions: undefined },
  ],
  [
    'taking off what is not there changes nothing',
    [about('unreact', 2, { emoji: '👍' })],
    { reactions: undefined },
  ],
])('%s', (_, entries, want) => {
  const got: Message = entries.reduce((folded, entry) => fold(folded, entry, ME), message);
  for (const [name, value] of Object.entries(want)) expect(got[name as keyof Message]).toEqual(value);
});

test('of more than twenty people the count is led', () => {
  const people = Array.from({ length: 20 }, (_, i) => `u-${i}`);
  const many: Message = { ...message, reactions: [{ emoji: '👍', count: 30, people, mine: false }] };
  const one = (type: Entry['type'], name: string) => about(type, 2, { emoji: '👍', author: person(name) });
  expect(fold(many, one('react', 'zoe'), ME).reactions?.[0]).toEqual({
    emoji: '👍',
    count: 31,
    people,
    mine: false,
  });
  expect(fold(many, one('unreact', '3'), ME).reactions?.[0]?.count).toBe(29);
  expect(fold(many, one('react', 'ann'), ME).reactions?.[0]).toMatchObject({ count: 31, mine: true });
});

function filled(count: number) {
  const server = new FakeServer();
  for (let i = 1; i <= count; i++) server.say(`m${i}`, {}, false);
  const timeline = new Timeline();
  timeline.replace(server.page('lobby', {}, ME));
  return { server, timeline };
}
const seqs = (timeline: Timeline) => timeline.items.map(({ seq }) => seq);
const run = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

test('pages join without a hole and are bounded', () => {
  const { server, timeline } = filled(1000);
  expect(seqs(timeline)).toEqual(run(951, 1000));
  for (let i = 0; i < 12; i++) {
    const before = timeline.before as number;
    timeline.older(server.page('lobby', { before }, ME), before);
  }
  expect(seqs(timeline)).toEqual(run(351, 750));
  expect(timeline.items).toHaveLength(MOST_ROWS);
  expect(timeline.atEnd).toBe(false);
  for (let i = 0; i < 5; i++) {
    const after = timeline.after as number;
    timeline.newer(server.page('lobby', { after, limit: STEP }, ME), after);
  }
  expect(seqs(timeline)).toEqual(run(601, 1000));
  expect(timeline.atEnd).toBe(true);
  expect(timeline.before).toBe(601);
});

test('a page for another place is not taken', () => {
  const { server, timeline } = filled(200);
  const page: Page = server.page('lobby', { before: 151 }, ME);
  timeline.older(page, 151);
  timeline.older(page, 151);
  expect(seqs(timeline)).toEqual(run(101, 200));
});

test('at the end it follows; a reader further up is left alone', () => {
  const { server, timeline } = filled(10);
  for (let i = 0; i < 450; i++) timeline.apply(server.say('x'), ME, true);
  expect(timeline.items.length).toBeLessThanOrEqual(MOST_ROWS);
  expect(seqs(timeline).at(-1)).toBe(460);
  const first = seqs(timeline)[0];
  for (let i = 0; i < 100; i++) timeline.apply(server.say('x'), ME, false);
  expect(seqs(timeline)[0]).toBe(first);
  expect(timeline.items).toHaveLength(MOST_ROWS);
  expect(timeline.atEnd).toBe(false);
});

test('what a page told already is not folded again', () => {
  const server = new FakeServer();
  const said = server.say('a');
  const reacted = server.append({ type: 'react', ref: said.seq, emoji: '👍' });
  server.append({ type: 'unreact', ref: said.seq, emoji: '👍' });
  const timeline = new Timeline();
  timeline.replace(server.page('lobby', {}, ME));
  expect(timeline.apply(reacted, ME, true)).toBe(false);
  expect((timeline.items[0] as Item).reactions).toBeUndefined();
});

test('replies to a thread count at its root and are shown in the thread alone', () => {
  const { server, timeline } = filled(1);
  const thread = new Timeline(1);
  thread.replace({ items: [], head: server.head('lobby') });
  const reply = server.say('re', { thread: 1 });
  timeline.apply(reply, ME, true);
  thread.apply(reply, ME, true);
  expect(timeline.items[0]).toMatchObject({ replies: 1, lastReply: 2 });
  expect(seqs(timeline)).toEqual([1]);
  expect(seqs(thread)).toEqual([2]);
  const react = server.append({ type: 'react', ref: 2, thread: 1, emoji: '👍' });
  expect(timeline.apply(react, ME, true)).toBe(false);
  // A view that shows no reply counts them all the same.
  const gone = server.append({ type: 'delete', ref: 2, thread: 1 });
  timeline.apply(gone, ME, true);
  thread.apply(gone, ME, true);
  expect(timeline.items[0]).not.toHaveProperty('replies');
  expect(thread.items[0]).toMatchObject({ deleted: true });
  expect(timeline.apply(gone, ME, true)).toBe(false);
});
