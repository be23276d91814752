import { describe, expect, it } from 'vitest';
import { highlight } from './highlight';

describe('highlight', () => {
  it.each([
    ['go', 'func main() { fmt.Println("<b>") }', 'func'],
    ['ts', 'const a: string = `x${1}`;', 'const'],
    ['html', '<p class="x">y</p>', 'p'],
    ['sh', 'if true; then echo 1; fi', 'if'],
    ['py', 'def f(): return 1', 'def'],
  ])('gives all of %s back, with colours', (language, code, word) => {
    const spans = highlight(code, language);
    expect(spans?.map(({ text }) => text).join('')).toBe(code);
    expect(spans?.find(({ text }) => text === word)?.scope).toMatch(/keyword|name/);
  });

  it('knows no other languages', () => expect(highlight('x', 'klingon')).toBeNull());
});
