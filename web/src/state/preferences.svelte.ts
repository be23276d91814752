import { dictionaries, isLocale, type Dictionary, type Locale, type Texts } from '../i18n';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const YEAR_SECONDS = 365 * 24 * 60 * 60;

/**
 * Language and appearance. The server reads the same cookies and writes both
 * into the page's first tag, so that nothing flashes at the next load.
 */
class Preferences {
  #locale = $state<Locale>('en');
  #theme = $state<Theme>('auto');

  constructor() {
    const root = document.documentElement;
    if (isLocale(root.lang)) this.#locale = root.lang;
    const theme = THEMES.find((name) => name === root.dataset['theme']);
    if (theme !== undefined) this.#theme = theme;
  }

  get locale(): Locale {
    return this.#locale;
  }

  set locale(locale: Locale) {
    this.#locale = locale;
    document.documentElement.lang = locale;
    remember('causerie-lang', locale);
  }

  get theme(): Theme {
    return this.#theme;
  }

  set theme(theme: Theme) {
    this.#theme = theme;
    document.documentElement.dataset['theme'] = theme;
    remember('causerie-theme', theme);
  }

  /** What every part of the app says: `preferences.text.timeline.empty`. */
  get text(): Dictionary {
    return dictionaries[this.#locale];
  }

  /** What a lazy part says, which brings its own words: `preferences.of(settings).theme`. */
  of<Area>(texts: Texts<Area>): Area {
    return texts[this.#locale];
  }
}

function remember(name: string, value: string): void {
  document.cookie = `${name}=${value}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax`;
}

export const preferences = new Preferences();
