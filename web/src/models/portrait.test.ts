import { expect, test } from 'vitest';
import { hueOf, initialsOf } from './portrait';

test.each([
  ['Ann', 'A'],
  ['ann lee', 'AL'],
  ['mary jane watson', 'MW'],
  ['jean-luc', 'JL'],
  ['林小雨', '林'],
  ['さくら', 'さ'],
  ['👨‍👩‍👧 family', '👨‍👩‍👧'],
  ['élodie', 'É'],
  ['42', '4'],
])('initials of %s', (nickname, want) => {
  expect(initialsOf(nickname)).toBe(want);
});

test('a colour is the same everywhere and one of twelve', () => {
  expect(hueOf('Ann')).toBe(hueOf('Ann'));
  const hues = new Set(Array.from({ length: 300 }, (_, index) => hueOf(`guest ${index}`)));
  expect(hues.size).toBe(12);
  for (const hue of hues) expect(hue).toBeLessThan(12);
});
