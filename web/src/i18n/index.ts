import { en } from './en';
import { zhCN } from './zh-CN';

export const LOCALES = ['en', 'zh-CN'] as const;
export type Locale = (typeof LOCALES)[number];

/**
 * What the first load says, by area. English is the type; every other language
 * has to satisfy it.
 */
export type Dictionary = typeof en;

/** One text in every language, as lazy parts of the app bring theirs: see preferences.of. */
export type Texts<Area> = Readonly<Record<Locale, Area>>;

// Both are in the first load while they are small: switching then works
// offline, and the first paint waits for nothing.
export const dictionaries: Texts<Dictionary> = { en, 'zh-CN': zhCN };

/** What each language calls itself. */
export const languageNames: Readonly<Record<Locale, string>> = { en: 'English', 'zh-CN': '简体中文' };

export function isLocale(value: string): value is Locale {
  return (LOCALES as readonly string[]).includes(value);
}
