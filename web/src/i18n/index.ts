import { en, type Dictionary } from './en';
import { zhCN } from './zh-CN';

export type { Dictionary };

export const LOCALES = ['en', 'zh-CN'] as const;
export type Locale = (typeof LOCALES)[number];

// Both are in the first load while they are small: switching then works
// offline, and the first paint waits for nothing.
export const dictionaries: Readonly<Record<Locale, Dictionary>> = { en, 'zh-CN': zhCN };

/** What each language calls itself. */
export const languageNames: Readonly<Record<Locale, string>> = { en: 'English', 'zh-CN': '简体中文' };

export function isLocale(value: string): value is Locale {
  return (LOCALES as readonly string[]).includes(value);
}
