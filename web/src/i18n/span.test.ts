import { expect, test } from 'vitest';
import { span } from './span';

test.each([
  [0, '0 s'],
  [59, '59 s'],
  [60, '1:00'],
  [290, '4:50'],
  [3600, '1:00:00'],
  [21_599, '5:59:59'],
])('%d seconds', (seconds, want) => {
  expect(span(seconds, 's')).toBe(want);
});
