import { dictionaries, isLocale, type Dictionary, type Locale, type Texts } from '../i18n';
import { en } from '../i18n/en';

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
  #text = $state.raw<Dictionary>(en);
  /** The language that was asked for last. */
  #wanted: Locale = 'en';
  /** Resolves when the words are there in which the page begins. */
  readonly ready: Promise<void>;

  constructor() {
    const root = document.documentElement;
    this.ready = this.#speak(isLocale(root.lang) ? root.lang : 'en');
    const theme = THEMES.find((name) => name === root.dataset['theme']);
    if (theme !== undefined) this.#theme = theme;
  }

  get locale(): Locale {
    return this.#locale;
  }

  /** The page changes over when the words have come. */
  set locale(locale: Locale) {
    remember('causerie-lang', locale);
    void this.#speak(locale);
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
    return this.#text;
  }

  /** What a lazy part says, which brings its own words: `preferences.of(settings).theme`. */
  of<Area>(texts: Texts<Area>): Area {
    return texts[this.#locale];
  }

  async #speak(locale: Locale): Promise<void> {
    this.#wanted = locale;
    try {
      const text = await dictionaries[locale]();
      if (this.#wanted !== locale) return;
      this.#text = text;
      this.#locale = locale;
      document.documentElement.lang = locale;
    } catch {
      // Without a network, the page goes on in the language that it has.
      return;
    }
  }
}

function remember(name: string, value: string): void {
  document.cookie = `${name}=${value}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax`;
}

export const preferences = new Preferences();
