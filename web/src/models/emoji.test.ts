import { describe, expect, it } from 'vitest';
import { groupsOf } from '../../scripts/emoji.mjs';
import { findEmoji, used } from './emoji';

const english = groupsOf('en');
const chinese = groupsOf('zh-CN');
const signs = (groups: typeof english, query: string) => findEmoji(groups, query, 8).map(([emoji]) => emoji);

describe('findEmoji', () => {
  it.each([
    ['tada', '🎉'],
    ['+1', '👍'],
    ['heart', '❤️'],
    ['Joy', '😂'],
    ['white_check', '✅'],
  ])('finds %s first', (query, emoji) => {
    expect(signs(english, query)[0]).toBe(emoji);
  });

  it('finds by what it stands for', () => expect(signs(english, 'hooray')).toContain('🎉'));
  it('finds in Chinese', () => expect(signs(chinese, '火')).toContain('🔥'));
  it('keeps the short names in Chinese', () => expect(signs(chinese, 'fire')[0]).toBe('🔥'));
  it('finds nothing by nothing', () => expect(findEmoji(english, ' ', 8)).toEqual([]));
  it('finds no more than asked for', () => expect(findEmoji(english, 'a', 5)).toHaveLength(5));
  it('has every group, without bare skin tones', () => {
    expect(english).toHaveLength(9);
    expect(english.flat().map(([emoji]) => emoji)).not.toContain('🏽');
  });
});

describe('used', () => {
  it('puts the newest first, once', () => expect(used(['a', 'b', 'c'], 'c')).toEqual(['c', 'a', 'b']));
  it('forgets the oldest', () => expect(used(['a', 'b'], 'c', 2)).toEqual(['c', 'a']));
});
