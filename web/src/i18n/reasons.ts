import type { Failure } from '../models/answer';
import type { Dictionary, Locale } from '.';

/**
 * The server's sentences are English. They are the most exact ones, so English
 * readers get them; others get the meaning of the code in their language.
 */
export function whyRefused(failure: Failure, locale: Locale, text: Dictionary): string {
  if (locale === 'en' && failure.reason !== '') return failure.reason;
  switch (failure.code) {
    case 'nickname-taken':
      return text.refusedTaken;
    case 'invalid':
      return text.refusedInvalid;
    case 'rate-limited':
      return text.refusedOften;
    case 'unavailable':
      return text.refusedUnavailable;
    case 'timeout':
      return text.refusedTimeout;
    default:
      return text.refusedInternal;
  }
}

export function whyFailed(failure: Failure, locale: Locale, text: Dictionary): string {
  if (locale === 'en' && failure.reason !== '') return failure.reason;
  switch (failure.code) {
    case 'invalid':
      return text.failedInvalid;
    case 'no-nickname':
      return text.failedNickname;
    case 'id-taken':
      return text.failedId;
    case 'expired':
      return text.failedExpired;
    case 'unavailable':
    case 'timeout':
      return text.refusedUnavailable;
    case 'rate-limited':
      return text.refusedOften;
    default:
      return text.refusedInternal;
  }
}
