import { describe, expect, it } from 'vitest';
import { wrap } from './wrap';

/** [ and ] are where the selection begins and ends. */
function wrapped(marked: string, mark: string): string {
  const start = marked.indexOf('[');
  const text = marked.replace('[', '').replace(']', '');
  const done = wrap({ text, start, end: marked.indexOf(']') - 1 }, mark);
  return `${done.text.slice(0, done.start)}[${done.text.slice(done.start, done.end)}]${done.text.slice(done.end)}`;
}

describe('wrap', () => {
  it.each([
    ['a [word] here', '**', 'a **[word]** here'],
    ['a **[word]** here', '**', 'a [word] here'],
    ['a [word ]here', '*', 'a *[word]* here'],
    ['[]', '`', '`[]`'],
    ['`[]`', '`', '[]'],
    ['**[word]**', '*', '***[word]***'],
    ['***[word]***', '*', '**[word]**'],
    ['***[word]***', '**', '*[word]*'],
  ])('%s with %s is %s', (before, mark, after) => expect(wrapped(before, mark)).toBe(after));
});
