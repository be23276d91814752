/** What is being looked for at the caret of a composer. */
export interface Trigger {
  readonly kind: 'person' | 'room' | 'emoji';
  readonly query: string;
  /** Where the sign stands; what is taken replaces the text from here to the caret. */
  readonly from: number;
}

const KINDS: Readonly<Record<string, Trigger['kind']>> = {
  '@': 'person',
  '＠': 'person',
  '#': 'room',
  '＃': 'room',
  ':': 'emoji',
  '：': 'emoji',
};

const LONGEST_QUERY = 32;
/** A colon is often just one: it needs this many letters. */
const FEWEST_LETTERS = 2;
const WORD = /[\p{L}\p{N}_]/u;
/** Chinese and Japanese do not put spaces between words. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** The trigger before the caret, if there is one. */
export function triggerAt(text: string, caret: number): Trigger | null {
  for (let from = caret - 1; from >= 0 && caret - from <= LONGEST_QUERY + 1; from--) {
    const sign = text[from] ?? '';
    if (sign === '\n') return null;
    const kind = KINDS[sign];
    if (kind === undefined) continue;
    const query = text.slice(from + 1, caret);
    return begins(text, from, kind) && isQuery(query, kind) && !inCode(text, from)
      ? { kind, query, from }
      : null;
  }
  return null;
}

/** An address has an @ in it, a time and a link a colon. */
function begins(text: string, from: number, kind: Trigger['kind']): boolean {
  const before = text[from - 1] ?? ' ';
  return !WORD.test(before) || (UNSPACED.test(before) && kind !== 'room');
}

function isQuery(query: string, kind: Trigger['kind']): boolean {
  if (kind === 'emoji') return letters(query) >= FEWEST_LETTERS && /^[\p{L}\p{N}_+-]+$/u.test(query);
  // Names have spaces in them, though none at the beginning.
  return !/^\s|\s\s|\s\S*\s\S*\s/.test(query);
}

/** One of Chinese says as much as two of others. */
function letters(query: string): number {
  return [...query].reduce((count, letter) => count + (UNSPACED.test(letter) ? 2 : 1), 0);
}

function inCode(text: string, at: number): boolean {
  const before = text.slice(0, at);
  if (((before.match(/^```/gm) ?? []).length & 1) === 1) return true;
  const line = before.slice(before.lastIndexOf('\n') + 1);
  return ((line.match(/`/g) ?? []).length & 1) === 1;
}

/** The text with the trigger replaced, and where the caret goes. */
export function complete(
  text: string,
  caret: number,
  trigger: Trigger,
  insert: string,
): { readonly text: string; readonly caret: number } {
  const after = text.slice(caret);
  const space = /^\s/.test(after) ? '' : ' ';
  const before = text.slice(0, trigger.from) + insert + space;
  return { text: before + after, caret: before.length + (space === '' ? 1 : 0) };
}

interface Named {
  readonly id: string;
  readonly name: string;
}

/** Those whose names fit, members of the room before others, the better fit before the worse. */
export function rankNames<T extends Named>(
  query: string,
  members: readonly T[],
  others: readonly T[],
  limit: number,
): readonly T[] {
  const wanted = folded(query);
  const seen = new Set<string>();
  const fitting = (list: readonly T[]) =>
    list
      .filter(({ id }) => !seen.has(id) && seen.add(id))
      .map((one) => ({ one, rank: fit(folded(one.name), wanted) }))
      .filter(({ rank }) => rank < Infinity)
      .sort((a, b) => a.rank - b.rank);
  return [...fitting(members), ...fitting(others)].slice(0, limit).map(({ one }) => one);
}

function fit(name: string, wanted: string): number {
  if (name.startsWith(wanted)) return 0;
  if (name.split(/[\s\p{P}_]+/u).some((word) => word.startsWith(wanted))) return 1;
  return UNSPACED.test(wanted) && name.includes(wanted) ? 2 : Infinity;
}

function folded(name: string): string {
  return name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
