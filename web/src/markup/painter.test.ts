import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Painter } from './painter';
import type { Asked, Coloured } from './spans';

/** A worker that answers when it is told to. */
class FakeWorker {
  static all: FakeWorker[] = [];
  readonly asked: Asked[] = [];
  ended = false;
  onmessage: (event: { data: Coloured }) => void = () => undefined;
  onerror: () => void = () => undefined;

  constructor() {
    FakeWorker.all.push(this);
  }
  postMessage(asked: Asked): void {
    this.asked.push(asked);
  }
  terminate(): void {
    this.ended = true;
  }
  answer({ id, code }: Asked): void {
    this.onmessage({ data: { id, spans: [{ text: code, scope: 'keyword' }] } });
  }
}

beforeEach(() => {
  FakeWorker.all = [];
  vi.stubGlobal('Worker', FakeWorker);
});
afterEach(() => vi.unstubAllGlobals());

test('every block is asked for once, by one worker, and gets its own answer', async () => {
  const painter = new Painter();
  const [first, again, second] = [
    painter.colours('a', 'go'),
    painter.colours('a', 'go'),
    painter.colours('b', 'go'),
  ];
  const [worker] = FakeWorker.all;
  expect(worker?.asked.map(({ code }) => code)).toEqual(['a', 'b']);
  for (const asked of worker?.asked.toReversed() ?? []) worker?.answer(asked);
  expect((await first)?.[0]?.text).toBe('a');
  expect(await again).toBe(await first);
  expect((await second)?.[0]?.text).toBe('b');
  expect(FakeWorker.all).toHaveLength(1);
});

test('the same words in another language are another block', () => {
  const painter = new Painter();
  void painter.colours('a', 'go');
  void painter.colours('a', 'sql');
  expect(FakeWorker.all[0]?.asked).toHaveLength(2);
});

test('a worker that does not load leaves the code plain, and the next block tries anew', async () => {
  const painter = new Painter();
  const first = painter.colours('a', 'go');
  FakeWorker.all[0]?.onerror();
  expect(await first).toBeNull();
  expect(FakeWorker.all[0]?.ended).toBe(true);
  const again = painter.colours('a', 'go');
  const fresh = FakeWorker.all[1];
  expect(fresh?.asked).toHaveLength(1);
  if (fresh?.asked[0] !== undefined) fresh.answer(fresh.asked[0]);
  expect((await again)?.[0]?.scope).toBe('keyword');
});

test('what was shown last is kept, up to a bound', () => {
  const painter = new Painter();
  void painter.colours('first', 'go');
  for (let n = 0; n < 99; n++) void painter.colours(`${n}`, 'go');
  void painter.colours('first', 'go');
  void painter.colours('one more', 'go');
  const asked = FakeWorker.all[0]?.asked ?? [];
  expect(asked).toHaveLength(101);
  void painter.colours('first', 'go');
  expect(asked).toHaveLength(101);
  void painter.colours('0', 'go');
  expect(asked).toHaveLength(102);
});
