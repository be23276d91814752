import { beforeAll, expect, test, vi } from 'vitest';
import { clock, dayName } from './dates';
import { en } from './en';
import { dictionaries, LOCALES, type Dictionary } from '.';
import { plural } from './plural';
import { whyFailed, whyRefused } from './reasons';

beforeAll(() => vi.stubGlobal('navigator', { languages: ['fr', 'en-GB'] }));

const keys = Object.keys(en) as (keyof Dictionary)[];

/** Every sentence of a dictionary, functions called with samples. */
function sentences(dictionary: Dictionary): Map<string, string> {
  const samples = [1, 3, ['Ann'], ['Ann', 'Bob'], ['Ann', 'Bob', 'Cy', 'Di']];
  const all = new Map<string, string>();
  for (const key of keys) {
    const value: unknown = dictionary[key];
    if (typeof value === 'string') all.set(key, value);
    if (typeof value !== 'function') continue;
    for (const sample of samples) {
      try {
        all.set(`${key}(${sample})`, String((value as (sample: unknown) => unknown)(sample)));
      } catch {
        continue; // a sample of another kind than this sentence takes
      }
    }
  }
  return all;
}

test.each(LOCALES)('%s says everything', (locale) => {
  expect(Object.keys(dictionaries[locale]).sort()).toEqual([...keys].sort());
  for (const [key, sentence] of sentences(dictionaries[locale])) {
    expect(sentence.trim(), key).not.toBe('');
    expect(sentence, key).not.toContain('undefined');
  }
});

test('no sentence was left in English', () => {
  const english = sentences(en);
  for (const [key, sentence] of sentences(dictionaries['zh-CN'])) {
    expect(sentence, key).not.toBe(english.get(key));
    expect(sentence, key).toMatch(/\p{Script=Han}/u);
  }
});

test('plural forms follow the language', () => {
  const forms = { one: 'one', other: 'other' };
  expect([0, 1, 2].map((count) => plural('en', count, forms))).toEqual(['other', 'one', 'other']);
  expect(plural('zh-CN', 1, forms)).toBe('other');
});

test('days have names', () => {
  const now = new Date(2026, 10, 23, 0, 30).getTime();
  const day = (...date: [number, number, number]) => new Date(...date, 23, 59).getTime();
  expect(dayName('en', en, day(2026, 10, 23), now)).toBe('Today');
  expect(dayName('en', en, day(2026, 10, 22), now)).toBe('Yesterday');
  expect(dayName('en', en, day(2026, 2, 1), now)).toContain('March');
  expect(dayName('en', en, day(2025, 2, 1), now)).toContain('2025');
  expect(dayName('zh-CN', dictionaries['zh-CN'], day(2026, 10, 22), now)).toBe('昨天');
});

test("English readers get the server's own words, others the meaning", () => {
  const taken = { code: 'nickname-taken', reason: 'This nickname is taken.' } as const;
  expect(whyRefused(taken, 'en', en)).toBe('This nickname is taken.');
  expect(whyRefused(taken, 'zh-CN', dictionaries['zh-CN'])).toBe('这个昵称已有人使用，请换一个。');
  expect(whyFailed({ code: 'expired', reason: '' }, 'en', en)).toContain('Not confirmed');
});

test('time is written as where the reader lives', () => {
  expect(clock('en', new Date(2026, 10, 23, 16, 5).getTime())).toBe('16:05');
});
