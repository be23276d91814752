import { expect, test } from 'vitest';
import { isEmojiOnly, lengthOf, remaining, sendable, spoken } from './draft';

test.each([
  ['hello', 'hello'],
  ['  indented stays', '  indented stays'],
  ['\n \n\n  code\n\n', '  code'],
  ['a\n\nb', 'a\n\nb'],
  [' \n\t ', ''],
])('sendable %j', (text, want) => {
  expect(sendable(text)).toBe(want);
});

test('characters are counted as the server counts them', () => {
  expect(lengthOf('a😀中')).toBe(3);
});

test.each([
  ['far from the limit', 'a'.repeat(3599), null],
  ['near it', 'a'.repeat(3600), 400],
  ['at it', 'a'.repeat(4000), 0],
  ['over it', 'a'.repeat(4001), -1],
  ['emoji are one each', '😀'.repeat(4000), 0],
  ['emoji far from it', '😀'.repeat(3000), null],
])('counter %s', (_name, text, want) => {
  expect(remaining(text, 4000)).toBe(want);
});

test.each([
  ['😀', true],
  ['👍🏽🎉', true],
  ['👨‍👩‍👧‍👦', true],
  ['🇫🇷 🇨🇳', true],
  ['❤️', true],
  ['😀😀😀😀', false],
  ['123', false],
  ['#', false],
  ['hi 😀', false],
  ['', false],
])('emoji only: %s', (text, want) => {
  expect(isEmojiOnly(text)).toBe(want);
});

test.each([
  [400, 400],
  [399, 400],
  [301, 400],
  [101, 200],
  [100, 100],
  [81, 100],
  [1, 20],
  [0, 0],
])('%d characters left are told as %d', (left, want) => {
  expect(spoken(left)).toBe(want);
});
