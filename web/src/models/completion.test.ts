import { describe, expect, it } from 'vitest';
import { complete, rankNames, triggerAt } from './completion';

/** The caret is where the | is. */
function at(marked: string) {
  const caret = marked.indexOf('|');
  return triggerAt(marked.replace('|', ''), caret);
}

describe('triggerAt', () => {
  it.each([
    ['@|', 'person', ''],
    ['hello @an|', 'person', 'an'],
    ['hello ＠an|', 'person', 'an'],
    ['你好@王|', 'person', '王'],
    ['(@ana m|', 'person', 'ana m'],
    ['@an|a is here', 'person', 'an'],
    ['see #gen|', 'room', 'gen'],
    ['nice :ta|', 'emoji', 'ta'],
    ['好：火|', 'emoji', '火'],
    ['yes :+1|', 'emoji', '+1'],
  ])('%s', (marked, kind, query) => expect(at(marked)).toMatchObject({ kind, query }));

  it.each([
    'mail ana@exa|mple.org',
    'at 10:30|',
    'https://|example.org',
    ':)|',
    'a :x|',
    '`@an|`',
    '```\n@an|',
    '@ana said that this|',
    '@ ana|',
    '@ana\nben|',
    'abc|',
    'c#sharp|',
  ])('not in %s', (marked) => expect(at(marked)).toBeNull());
});

describe('complete', () => {
  const trigger = { kind: 'person', query: 'an', from: 3 } as const;
  it('puts a space behind', () =>
    expect(complete('hi @an', 6, trigger, '@Ana')).toEqual({ text: 'hi @Ana ', caret: 8 }));
  it('uses the space that is there', () =>
    expect(complete('hi @an there', 6, trigger, '@Ana')).toEqual({ text: 'hi @Ana there', caret: 8 }));
});

describe('rankNames', () => {
  const named = (...names: string[]) => names.map((name) => ({ id: name, name }));
  const rank = (query: string, members: string[], others: string[] = []) =>
    rankNames(query, named(...members), named(...others), 10).map(({ name }) => name);

  it('members go first', () =>
    expect(rank('an', ['Hannah Andersen', 'Anton'], ['Ana'])).toEqual(['Anton', 'Hannah Andersen', 'Ana']));
  it('everybody is there once', () => expect(rank('a', ['Ana'], ['Ana', 'Abe'])).toEqual(['Ana', 'Abe']));
  it('accents, case and width do not matter', () => expect(rank('ＪＯＳＥ', ['José'])).toEqual(['José']));
  it('Chinese names are found within', () => expect(rank('明', ['王小明', 'Ming'])).toEqual(['王小明']));
  it('without a query, all', () => expect(rank('', ['Ana', 'Ben'])).toEqual(['Ana', 'Ben']));
});
