import { beforeAll, expect, test, vi } from 'vitest';
import { clock, dayName, end, stamp } from './dates';
import { hours } from './hours.svelte';
import { dictionaries, LOCALES, type Locale } from '.';
import { en } from './en';
import { plural } from './plural';
import { reasonOf } from './reasons';

beforeAll(() => vi.stubGlobal('navigator', { languages: ['fr', 'en-GB'] }));

const zhCN = await dictionaries['zh-CN']();
type Sentence = string | ((sample: unknown) => string);
type Area = Readonly<Record<string, Sentence>>;

// The lazy areas too, which the dictionaries of the first load do not hold.
const files = import.meta.glob<Record<string, Area>>(['./en/*.ts', './zh-CN/*.ts', '!**/index.ts'], {
  eager: true,
});

function areas(locale: Locale): Map<string, Area> {
  const found = new Map<string, Area>();
  for (const [path, module] of Object.entries(files)) {
    const name = path.split('/').at(-1)?.replace('.ts', '') ?? '';
    const area = module[name];
    if (path.startsWith(`./${locale}/`) && area !== undefined) found.set(name, area);
  }
  return found;
}

/** Every sentence of a language, functions called with samples. */
function sentences(locale: Locale): Map<string, string> {
  const samples = [1, 3, 'Ann', ['Ann'], ['Ann', 'Bob'], ['Ann', 'Bob', 'Cy', 'Di']];
  const all = new Map<string, string>();
  for (const [area, texts] of areas(locale)) {
    for (const [key, value] of Object.entries(texts)) {
      if (typeof value === 'string') all.set(`${area}.${key}`, value);
      if (typeof value !== 'function') continue;
      for (const sample of samples) {
        try {
          all.set(`${area}.${key}(${sample})`, String(value(sample)));
        } catch {
          continue; // a sample of another kind than this sentence takes
        }
      }
    }
  }
  return all;
}

test('every file is an area named after it, in every language', () => {
  const names = [...areas('en').keys()].sort();
  expect(names).toContain('shell');
  expect(Object.keys(files)).toHaveLength(names.length * LOCALES.length);
  for (const locale of LOCALES) expect([...areas(locale).keys()].sort()).toEqual(names);
});

test.each(LOCALES)('%s says everything', (locale) => {
  for (const [name, area] of areas('en'))
    expect(Object.keys(areas(locale).get(name) ?? {}).sort(), name).toEqual(Object.keys(area).sort());
  for (const [key, sentence] of sentences(locale)) expect(sentence.trim(), key).not.toBe('');
});

test('no sentence was left in English', () => {
  for (const [key, sentence] of sentences('zh-CN')) {
    const own = sentence.replace(/Ann|Bob/g, '');
    if (/\p{Script=Latin}{3}/u.test(own)) expect(own, key).toMatch(/\p{Script=Han}/u);
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
  expect(dayName('zh-CN', zhCN, day(2026, 10, 22), now)).toBe('昨天');
});

test("English readers get the server's own words, others the meaning", () => {
  const taken = { code: 'nickname-taken', message: 'This name is taken.' } as const;
  expect(reasonOf(taken, 'en', en)).toBe('This name is taken.');
  expect(reasonOf(taken, 'zh-CN', zhCN)).toBe('这个名字已有人使用，请换一个。');
  expect(reasonOf({ code: 'expired', message: '' }, 'en', en)).toContain('Not confirmed');
});

test('time is written as where the reader lives', () => {
  expect(clock('en', new Date(2026, 10, 23, 16, 5).getTime())).toBe('16:05');
});

test('of what ends on the same day the time is enough', () => {
  const noon = new Date(2026, 10, 23, 12).getTime();
  const evening = new Date(2026, 10, 23, 21, 5).getTime();
  const tomorrow = new Date(2026, 10, 24, 9, 5).getTime();
  expect(end('en', evening, noon)).toBe(clock('en', evening));
  expect(end('en', tomorrow, noon)).toBe(stamp('en', tomorrow));
});

test('whoever wants twelve or twenty-four hours gets them', () => {
  const at = new Date(2026, 10, 23, 16, 5).getTime();
  hours.style = '12';
  expect(clock('en', at)).toMatch(/^0?4:05/);
  expect(stamp('en', at)).toMatch(/[^1]4:05/);
  hours.style = '24';
  expect(clock('zh-CN', at)).toBe('16:05');
  expect(stamp('zh-CN', at)).toContain('16:05');
  hours.style = 'auto';
});
