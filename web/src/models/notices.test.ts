import { expect, test } from 'vitest';
import { Notices } from './notices';

function told(...events: string[]): string[] {
  const notices = new Notices();
  for (const event of events) {
    const [user = '', what, after = 'm1'] = event.split(' ');
    notices.add({ user, event: what === '+' ? 'joined' : 'left' }, after);
  }
  return notices.list.map(({ after, joined, left }) => `${after} +${joined.join()} -${left.join()}`);
}

test.each([
  ['one line for all between two messages', ['Ann +', 'Bob +', 'Cy -'], ['m1 +Ann,Bob -Cy']],
  ['a message in between begins another', ['Ann +', 'Bob + m2'], ['m1 +Ann -', 'm2 +Bob -']],
  ['who came and went is no news', ['Ann +', 'Ann -'], []],
  ['who went and came is no news', ['Ann -', 'Bob +', 'Ann +'], ['m1 +Bob -']],
  ['told twice', ['Ann +', 'Ann +'], ['m1 +Ann -']],
])('%s', (_name, events, want) => {
  expect(told(...events)).toEqual(want);
});

test('only the latest are kept', () => {
  const events = Array.from({ length: 150 }, (_, index) => `P${index} + m${index}`);
  const list = told(...events);
  expect(list).toHaveLength(100);
  expect(list.at(-1)).toBe('m149 +P149 -');
});
