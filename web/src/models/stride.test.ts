import { expect, test } from 'vitest';
import { Stride } from './stride';

test('a fast machine draws many rows at once, a slow one few, and neither all or none', () => {
  const stride = new Stride();
  for (let n = 0; n < 10; n++) stride.took(stride.rows * 0.3, stride.rows);
  expect(stride.rows).toBe(30);
  for (let n = 0; n < 10; n++) stride.took(stride.rows * 2, stride.rows);
  expect(stride.rows).toBe(5);
  for (let n = 0; n < 10; n++) stride.took(1000, stride.rows);
  expect(stride.rows).toBe(4);
  stride.took(0, 4);
  expect(stride.rows).toBe(8);
});

test('one slow frame does not make it crawl', () => {
  const stride = new Stride();
  for (let n = 0; n < 10; n++) stride.took(1, stride.rows);
  stride.took(500, 30);
  expect(stride.rows).toBe(15);
});
