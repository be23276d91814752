import type { In, Prefs } from '@causerie/client';
import { isLocale, type Locale } from '../i18n';
import { HOURS, hours, type Hours } from '../i18n/hours.svelte';
import { attempt } from './explain';
import { preferences, THEMES, type Theme } from './preferences.svelte';
import { session } from './session.svelte';

/**
 * What one has set for all devices. It is kept by the server; this browser
 * follows, and remembers theme and language for the next first paint.
 */
class PrefsState {
  /** As the server told it last: what did not change there is not taken from it. */
  #told: Prefs | undefined;

  constructor() {
    session.follow((client) => {
      this.#told = undefined;
      client.on('me', ({ prefs }) => this.#follow(prefs));
    });
  }

  theme(theme: Theme): Promise<boolean> {
    preferences.theme = theme;
    return this.#keep({ theme });
  }

  locale(locale: Locale): Promise<boolean> {
    preferences.locale = locale;
    return this.#keep({ locale });
  }

  hours(style: Hours): Promise<boolean> {
    hours.style = style;
    return this.#keep({ app: { ...session.me?.prefs.app, hours: style } });
  }

  /** `enter` or `mod-enter`. */
  sendKey(sendKey: string): Promise<boolean> {
    return this.#keep({ sendKey });
  }

  receipts(receipts: boolean): Promise<boolean> {
    return this.#keep({ receipts });
  }

  /** Whether it is kept; if not, a toast tells why. */
  async #keep(change: In<'prefs-change'>): Promise<boolean> {
    return (await attempt(session.client.act('prefs-change', change))) !== undefined;
  }

  #follow(prefs: Prefs): void {
    const before = this.#told;
    this.#told = prefs;
    const theme = THEMES.find((name) => name === prefs.theme);
    if (theme !== undefined && prefs.theme !== before?.theme) preferences.theme = theme;
    if (prefs.locale !== undefined && prefs.locale !== before?.locale && isLocale(prefs.locale))
      preferences.locale = prefs.locale;
    hours.style = HOURS.find((style) => style === prefs.app?.['hours']) ?? 'auto';
  }
}

export const prefs = new PrefsState();
