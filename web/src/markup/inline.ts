import { pieces } from './links';
import { mentionsIn } from './mention';
import type { Inline, Mentions } from './nodes';

/** A run of characters that may begin or end emphasis, until it is known which. */
interface Run {
  readonly kind: 'run';
  readonly mark: '*' | '_' | '~';
  /** How many characters it had; what of it is left is text. */
  readonly length: number;
  left: number;
  readonly opens: boolean;
  readonly closes: boolean;
}

/** An opening bracket that may turn out to begin a link. */
interface Bracket {
  readonly kind: 'bracket';
}

type Part = Inline | Run | Bracket;

const ESCAPED = /[!-/:-@[-`{-~]/;
const SPACE = /^[\s\u00a0]$/u;
const PUNCTUATION = /^[\p{P}\p{S}]$/u;
// What stands as close to its neighbours as Chinese characters do.
const CJK =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uffe6]$/u;
const ADDRESS = /https?:\/\//iy;
const DESTINATION =
  /\(\s*(?:<([^<>\n]*)>|([^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*))(?:\s+(?:"[^"\n]*"|'[^'\n]*'))?\s*\)/y;

/** Reads a run of text: everything in it that is no block. */
export function inlines(text: string, mentions: Mentions): readonly Inline[] {
  return new Scanner(text, mentions).nodes();
}

/** An address that may be followed, of the web or a mailbox, as it is followed; null for any other. */
export function addressOf(url: string): string | null {
  const text = url.trim();
  const [first, ...rest] = pieces(/^mailto:|^https?:\/\//i.test(text) ? text : '');
  return first?.kind === 'link' && rest.length === 0 ? first.href : null;
}

class Scanner {
  readonly #text: string;
  readonly #mentions: Mentions;
  readonly #parts: Part[] = [];
  #at = 0;
  #words = '';
  /** Lengths of runs of ` that are known to have no end further on. */
  readonly #openTicks = new Set<number>();

  constructor(text: string, mentions: Mentions) {
    this.#text = text;
    this.#mentions = mentions;
  }

  nodes(): readonly Inline[] {
    while (this.#at < this.#text.length) this.#step();
    this.#endWords();
    return settle(this.#parts, this.#mentions, false);
  }

  #step(): void {
    const char = this.#text[this.#at] ?? '';
    switch (char) {
      case '\\':
        return this.#escape();
      case '\n':
        this.#words = this.#words.replace(/[ \t]+$/, '');
        return this.#push({ kind: 'break' }, 1);
      case '`':
        return this.#code();
      case '*':
      case '_':
      case '~':
        return this.#run(char);
      case '[':
        return this.#push({ kind: 'bracket' }, 1);
      case ']':
        return this.#link();
      case 'h':
      case 'H':
        return this.#address();
      default:
        return this.#say(char);
    }
  }

  #say(words: string): void {
    this.#words += words;
    this.#at += words.length;
  }

  #endWords(): void {
    if (this.#words !== '') this.#parts.push({ kind: 'text', text: this.#words });
    this.#words = '';
  }

  #push(part: Part, length: number): void {
    this.#endWords();
    this.#parts.push(part);
    this.#at += length;
  }

  #escape(): void {
    const next = this.#text[this.#at + 1] ?? '';
    if (ESCAPED.test(next)) {
      this.#words += next;
      this.#at += 2;
    } else {
      this.#say('\\');
    }
  }

  #code(): void {
    const ticks = /`+/y;
    ticks.lastIndex = this.#at;
    const length = ticks.exec(this.#text)?.[0].length ?? 1;
    const end = this.#openTicks.has(length) ? -1 : this.#closingTicks(this.#at + length, length);
    if (end === -1) {
      this.#openTicks.add(length);
      this.#say('`'.repeat(length));
      return;
    }
    const inside = this.#text.slice(this.#at + length, end).replaceAll('\n', ' ');
    // One space at both sides is there to part the ticks, and not shown.
    const text = /^ .*[^ ].* $/.test(inside) ? inside.slice(1, -1) : inside;
    this.#push({ kind: 'code', text }, end + length - this.#at);
  }

  #closingTicks(from: number, length: number): number {
    const ticks = /`+/g;
    ticks.lastIndex = from;
    for (let match = ticks.exec(this.#text); match !== null; match = ticks.exec(this.#text)) {
      if (match[0].length === length) return match.index;
    }
    return -1;
  }

  #run(mark: Run['mark']): void {
    let end = this.#at;
    while (this.#text[end] === mark) end += 1;
    const length = end - this.#at;
    if (mark === '~' && length !== 2) return this.#say(mark.repeat(length));
    const { opens, closes } = flanks(before(this.#text, this.#at), after(this.#text, end), mark !== '_');
    this.#push({ kind: 'run', mark, length, left: length, opens, closes }, length);
  }

  /** An address is taken whole, so that the _ and * in it are its own. */
  #address(): void {
    ADDRESS.lastIndex = this.#at;
    if (!ADDRESS.test(this.#text)) return this.#say(this.#text[this.#at] ?? '');
    const open = this.#parts.some(({ kind }) => kind === 'bracket');
    const bracket = open ? this.#text.indexOf('](', this.#at) : -1;
    const rest = this.#text.slice(this.#at, bracket === -1 ? undefined : bracket);
    const previous = before(this.#text, this.#at).replace('_', ''); // a mark of emphasis
    const found = pieces(previous + rest).find(({ kind }) => kind === 'link');
    if (found?.kind !== 'link' || !this.#text.startsWith(found.text, this.#at)) {
      return this.#say(this.#text[this.#at] ?? '');
    }
    const children = [{ kind: 'text', text: found.text }] as const;
    this.#push({ kind: 'link', href: found.href, children }, found.text.length);
  }

  /** `](address)` makes a link of everything since the bracket that is open. */
  #link(): void {
    const open = this.#parts.findLastIndex(({ kind }) => kind === 'bracket');
    if (open === -1) return this.#say(']');
    DESTINATION.lastIndex = this.#at + 1;
    const match = DESTINATION.exec(this.#text);
    const href = match === null ? null : addressOf(match[1] ?? match[2] ?? '');
    if (match === null || href === null) {
      this.#parts[open] = { kind: 'text', text: '[' };
      return this.#say(']');
    }
    this.#endWords();
    // What looked like an address within is words of this link.
    const inside = this.#parts.splice(open).slice(1);
    const children = settle(
      inside.flatMap((part): readonly Part[] => (part.kind === 'link' ? part.children : [part])),
      this.#mentions,
      true,
    );
    // A bracket before a link begins none: links are in no links.
    for (const [index, part] of this.#parts.entries()) {
      if (part.kind === 'bracket') this.#parts[index] = { kind: 'text', text: '[' };
    }
    this.#push({ kind: 'link', href, children }, 1 + match[0].length);
  }
}

function before(text: string, at: number): string {
  if (at === 0) return '';
  const code = text.charCodeAt(at - 1);
  return text.slice(at - (code >= 0xdc00 && code <= 0xdfff ? 2 : 1), at);
}

function after(text: string, at: number): string {
  const code = text.codePointAt(at);
  return code === undefined ? '' : String.fromCodePoint(code);
}

/**
 * Whether a run can begin or end emphasis: CommonMark's rule, with the
 * amendment that beside Chinese, Japanese and Korean, punctuation does not
 * keep a run from doing either. A run of _ does neither inside a word.
 */
function flanks(previous: string, next: string, splitsWords: boolean): { opens: boolean; closes: boolean } {
  const spaceBefore = previous === '' || SPACE.test(previous);
  const spaceAfter = next === '' || SPACE.test(next);
  if (spaceBefore || spaceAfter) return { opens: !spaceAfter, closes: !spaceBefore };
  const markBefore = PUNCTUATION.test(previous);
  const markAfter = PUNCTUATION.test(next);
  if (!splitsWords) return { opens: markBefore, closes: markAfter };
  const close = CJK.test(previous) || CJK.test(next);
  return { opens: markBefore || close || !markAfter, closes: markAfter || close || !markBefore };
}

/** Pairs the runs of parts, and makes nodes of everything. */
function settle(parts: readonly Part[], mentions: Mentions, inLink: boolean): readonly Inline[] {
  const rest = [...parts];
  const hopeless = new Map<string, number>();
  for (let at = 0; at < rest.length; at += 1) {
    const closer = rest[at];
    if (closer?.kind !== 'run' || !closer.closes) continue;
    const key = `${closer.mark}${closer.opens}${closer.length % 3}`;
    while (closer.left > 0) {
      const open = openerOf(rest, at, closer, hopeless.get(key) ?? 0);
      if (open === -1) {
        hopeless.set(key, at);
        break;
      }
      at = wrap(rest, open, at);
    }
  }
  return merged(rest.flatMap((part) => leaves(part, mentions, inLink)));
}

function openerOf(parts: readonly Part[], at: number, closer: Run, bottom: number): number {
  for (let index = at - 1; index >= bottom; index -= 1) {
    const opener = parts[index];
    if (opener?.kind !== 'run' || !opener.opens || opener.left === 0 || opener.mark !== closer.mark) continue;
    // CommonMark's rule of three keeps **a*b** from pairing across.
    const both = opener.closes || closer.opens;
    if (both && (opener.length + closer.length) % 3 === 0 && (opener.length % 3 || closer.length % 3))
      continue;
    return index;
  }
  return -1;
}

/** Puts what stands between two runs into one node and returns the place of the closer. */
function wrap(parts: Part[], open: number, close: number): number {
  const opener = parts[open];
  const closer = parts[close];
  if (opener?.kind !== 'run' || closer?.kind !== 'run') return close;
  const used = opener.left >= 2 && closer.left >= 2 ? 2 : 1;
  opener.left -= used;
  closer.left -= used;
  const kind = opener.mark === '~' ? 'strike' : used === 2 ? 'strong' : 'emphasis';
  const inside = parts.slice(open + 1, close).flatMap(asWritten);
  parts.splice(open + 1, close - open - 1, { kind, children: merged(inside) });
  return open + 2;
}

/** A run that found no partner inside is what was typed. */
function asWritten(part: Part): Inline[] {
  if (part.kind === 'run')
    return part.left === 0 ? [] : [{ kind: 'text', text: part.mark.repeat(part.left) }];
  return [part.kind === 'bracket' ? { kind: 'text', text: '[' } : part];
}

function leaves(part: Part, mentions: Mentions, inLink: boolean): Inline[] {
  return asWritten(part).flatMap((node) => named(node, mentions, inLink));
}

/** Finds the hosts, mailboxes and mentions in the words of a node. */
function named(node: Inline, mentions: Mentions, inLink: boolean): Inline[] {
  switch (node.kind) {
    case 'text':
      return inLink ? [node] : words(node.text, mentions);
    case 'strong':
    case 'emphasis':
    case 'strike':
      return [
        { kind: node.kind, children: node.children.flatMap((child) => named(child, mentions, inLink)) },
      ];
    default:
      return [node];
  }
}

function words(text: string, mentions: Mentions): Inline[] {
  return pieces(text).flatMap((piece): Inline[] =>
    piece.kind === 'link'
      ? [{ kind: 'link', href: piece.href, children: [{ kind: 'text', text: piece.text }] }]
      : mentionsIn(piece.text, mentions),
  );
}

/** Neighbouring texts are one. */
function merged(nodes: readonly Inline[]): readonly Inline[] {
  const result: Inline[] = [];
  for (const node of nodes) {
    const last = result.at(-1);
    if (node.kind === 'text' && last?.kind === 'text') {
      result[result.length - 1] = { kind: 'text', text: last.text + node.text };
    } else if (node.kind !== 'text' || node.text !== '') {
      result.push(node);
    }
  }
  return result;
}
