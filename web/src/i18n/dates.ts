import type { Dictionary, Locale } from '.';
import { hours } from './hours.svelte';

// Making a formatter costs more than a hundred uses of it.
const formats = new Map<string, Intl.DateTimeFormat>();

function format(locale: Locale, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${name} ${hours.style}`;
  const known = formats.get(key) ?? new Intl.DateTimeFormat(withHours(regional(locale)), options);
  formats.set(key, known);
  return known;
}

/** The reader's own variant of the language: people in Britain and America write time differently. */
function regional(locale: Locale): string {
  const language = new Intl.Locale(locale).language;
  return navigator.languages.find((tag) => new Intl.Locale(tag).language === language) ?? locale;
}

/** Only a whole tag says it for styles and single fields alike. */
function withHours(tag: string): Intl.Locale {
  if (hours.style === 'auto') return new Intl.Locale(tag);
  return new Intl.Locale(tag, { hourCycle: hours.style === '24' ? 'h23' : 'h12' });
}

export function clock(locale: Locale, at: number): string {
  return format(locale, 'clock', { hour: '2-digit', minute: '2-digit' }).format(at);
}

export function moment(locale: Locale, at: number): string {
  return format(locale, 'moment', { dateStyle: 'full', timeStyle: 'medium' }).format(at);
}

/** A day without its time, for what happened long ago or will. */
export function date(locale: Locale, at: number): string {
  return format(locale, 'short', { year: 'numeric', month: 'short', day: 'numeric' }).format(at);
}

/** A day with its time, on one short line. */
export function stamp(locale: Locale, at: number): string {
  return format(locale, 'stamp', { dateStyle: 'medium', timeStyle: 'short' }).format(at);
}

/** When something ends that is told of at `from`: of the same day the time is enough. */
export function end(locale: Locale, at: number, from = Date.now()): string {
  return midnight(at) === midnight(from) ? clock(locale, at) : stamp(locale, at);
}

export function dayName(locale: Locale, text: Dictionary, at: number, now = Date.now()): string {
  const days = Math.round((midnight(now) - midnight(at)) / 86_400_000);
  if (days === 0) return text.time.today;
  if (days === 1) return text.time.yesterday;
  const thisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return thisYear
    ? format(locale, 'day', { weekday: 'long', month: 'long', day: 'numeric' }).format(at)
    : format(locale, 'date', { year: 'numeric', month: 'long', day: 'numeric' }).format(at);
}

function midnight(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}
