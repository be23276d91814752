import type { Inline, Mentions } from './nodes';

const CALLS = ['room', 'all', 'here'];

/** Splits words at the mentions in them. What is no mention stays text. */
export function mentionsIn(text: string, mentions: Mentions): Inline[] {
  const pattern = patternOf(mentions);
  if (pattern === null) return [{ kind: 'text', text }];
  const found: Inline[] = [];
  let done = 0;
  for (const match of text.matchAll(pattern)) {
    const name = fold(match[1] ?? '');
    if (match.index > done) found.push({ kind: 'text', text: text.slice(done, match.index) });
    const person = mentions.people.find((one) => fold(one.name) === name);
    found.push({ kind: 'mention', text: match[0], person: person?.id ?? null });
    done = match.index + match[0].length;
  }
  if (done < text.length) found.push({ kind: 'text', text: text.slice(done) });
  return found;
}

// Words that are written without spaces, or take endings.
const SPACELESS =
  '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}]';
/** @Anna is not @Ann and an a. */
const END = `(?:(?<=${SPACELESS})|(?=${SPACELESS})|(?![\\p{L}\\p{N}_]))`;

/** The longest name wins: with Ana and Ana Maria here, @Ana Maria is the latter. */
function patternOf({ people, calls }: Mentions): RegExp | null {
  const names = people.map(({ name }) => name);
  if (calls !== undefined) names.push(...CALLS);
  if (names.length === 0) return null;
  const longestFirst = names.sort((a, b) => b.length - a.length).map(literal);
  return new RegExp(`(?<![\\p{L}\\p{N}_])[@＠](${longestFirst.join('|')})${END}`, 'giu');
}

function literal(name: string): string {
  return name.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function fold(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}
