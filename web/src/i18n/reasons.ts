import type { Reason } from '@causerie/client';
import type { Dictionary, Locale } from '.';

/**
 * The server's sentences are English. They are the most exact ones, so English
 * readers get them; others get the meaning of the code in their language.
 */
export function reasonOf(failure: Reason, locale: Locale, text: Dictionary): string {
  if (locale === 'en' && failure.message !== '') return failure.message;
  return text.errors[failure.code];
}
