import { en } from './en';

export const LOCALES = ['en', 'zh-CN'] as const;
export type Locale = (typeof LOCALES)[number];

/**
 * What the first load says, by area. English is the type; every other language
 * has to satisfy it.
 */
export type Dictionary = typeof en;

/** One text in every language, as lazy parts of the app bring theirs: see preferences.of. */
export type Texts<Area> = Readonly<Record<Locale, Area>>;

/** English is there at once, and what is shown where another language does not load. */
export const dictionaries: Readonly<Record<Locale, () => Dictionary | Promise<Dictionary>>> = {
  en: () => en,
  'zh-CN': async () => (await import('./zh-CN')).zhCN,
};

/** What each language calls itself. */
export const languageNames: Readonly<Record<Locale, string>> = { en: 'English', 'zh-CN': '简体中文' };

export function isLocale(value: string): value is Locale {
  return (LOCALES as readonly string[]).includes(value);
}
