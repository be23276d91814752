import type { Locale } from '../i18n';
import type { EmojiGroups } from '../models/emoji';
import { used } from '../models/emoji';

const KEY = 'causerie.emoji';
const FIRST = ['👍', '❤️', '😂', '🎉', '👀', '✅', '🙏', '🚀'];

/** All emoji by the names of a language: a chunk of its own, loaded when somebody looks for one. */
export async function emojiOf(locale: Locale): Promise<EmojiGroups> {
  const data = locale === 'zh-CN' ? import('virtual:emoji/zh-CN') : import('virtual:emoji/en');
  return (await data).default;
}

/** The emoji used last on this device. */
export function recentEmoji(): readonly string[] {
  try {
    const kept = localStorage.getItem(KEY)?.split(' ') ?? [];
    return [...new Set([...kept, ...FIRST])].slice(0, 16);
  } catch {
    return FIRST;
  }
}

export function rememberEmoji(emoji: string): void {
  try {
    localStorage.setItem(KEY, used(recentEmoji(), emoji).join(' '));
  } catch {
    // Without a storage, the list does not learn.
    return;
  }
}
