import { describe, expect, it } from 'vitest';
import { heir, moved, stop } from './roving';

const keys = ['a', 'b', 'c'];

describe('moved', () => {
  it.each([
    ['ArrowDown', 'a', 'b'],
    ['ArrowDown', 'c', 'c'],
    ['ArrowUp', 'b', 'a'],
    ['ArrowUp', 'a', 'a'],
    ['ArrowUp', undefined, 'c'],
    ['Home', 'c', 'a'],
    ['End', 'a', 'c'],
    ['x', 'a', undefined],
    // What had the focus was trimmed away.
    ['ArrowUp', 'gone', 'c'],
  ])('%s from %s to %s', (key, from, to) => expect(moved(keys, from, key)).toBe(to));
  it('has nowhere to go in an empty list', () => expect(moved([], undefined, 'End')).toBeUndefined());
});

describe('stop', () => {
  it('is where the focus was', () => expect(stop(keys, 'b')).toBe('b'));
  it('is the last one', () => expect([stop(keys, undefined), stop(keys, 'gone')]).toEqual(['c', 'c']));
});

describe('heir', () => {
  it.each<[string, string[], string, string | undefined]>([
    ['itself while it is there', ['a', 'b', 'c'], 'b', 'b'],
    ['the next one', ['a', 'c'], 'b', 'c'],
    ['the one before the last', ['a', 'b'], 'c', 'b'],
    ['the nearest below when many are gone', ['c', 'd'], 'a', 'c'],
    ['the last of all others', ['x', 'y'], 'b', 'y'],
    ['the last when it was not known', ['a', 'b'], 'gone', 'b'],
    ['nobody', [], 'b', undefined],
  ])('is %s', (_, now, gone, expected) => expect(heir(keys, now, gone)).toBe(expected));
});
