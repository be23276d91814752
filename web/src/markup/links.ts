/** A piece of a message: words, or an address that may be followed. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string };

// An address ends at white space, at quotes and angle brackets, at invisible
// and direction-changing characters, and at Chinese and Japanese punctuation,
// which no address contains unescaped: 看https://example.com/a。谢谢
const END =
  '\\s"<>`\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff';
const CJK_END =
  '\\u2018\\u2019\\u201c\\u201d\\u2026\\u3000-\\u3003\\u3008-\\u3011\\u3014-\\u301f\\uff01-\\uff0f\\uff1a-\\uff20\\uff3b-\\uff3d\\uff5b-\\uff65';
const INSIDE = `[^${END}${CJK_END}]`;

// Bounded repetition keeps the search linear on hostile input.
const CANDIDATE = new RegExp(
  `(?<web>https?://${INSIDE}{1,2048})|(?<www>www\\.${INSIDE}{1,2048})|(?<mail>(?:mailto:)?[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\\.[a-z0-9-]{1,63}){1,8})`,
  'giu',
);

const WORD = /[\p{L}\p{N}_@./:-]/u;
const HAN_OR_KANA = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
const TRAILING = /[.,:;!?'*_~|\\-]$/;
const CLOSERS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** Splits a message; the texts of all pieces together are the message. */
export function pieces(message: string): Piece[] {
  const found: Piece[] = [];
  let done = 0;
  for (const match of message.matchAll(CANDIDATE)) {
    if (match.index < done || continuesWord(message, match.index)) continue;
    const text = trimEnd(trimHost(match[0]));
    const href = address(text, match.groups ?? {});
    if (href === null) continue;
    if (match.index > done) found.push({ kind: 'text', text: message.slice(done, match.index) });
    found.push({ kind: 'link', text, href });
    done = match.index + text.length;
  }
  if (done < message.length || found.length === 0) found.push({ kind: 'text', text: message.slice(done) });
  return found;
}

/** `xhttps://…` and `a/www.b` are no addresses, but 看https://… is one. */
function continuesWord(message: string, index: number): boolean {
  const before = message[index - 1];
  return before !== undefined && WORD.test(before) && !HAN_OR_KANA.test(before);
}

/** In https://example.com谢谢 the words after the host are not part of it. */
function trimHost(text: string): string {
  const host = /^(?:https?:\/\/)?[^/?#]*/i.exec(text)?.[0] ?? '';
  const end = /^.*?(?:\.[a-z]{2,}|:\d+)(?=[^\0-\x7f])/i.exec(host);
  return end === null ? text : end[0];
}

/** Sentence ends and unmatched brackets belong to the sentence around. */
function trimEnd(text: string): string {
  let end = text.length;
  const depth = new Map<string, number>();
  for (const char of text) depth.set(char, (depth.get(char) ?? 0) + 1);
  for (;;) {
    const last = text[end - 1] ?? '';
    const opener = CLOSERS[last];
    const unmatched = opener !== undefined && (depth.get(last) ?? 0) > (depth.get(opener) ?? 0);
    if (!unmatched && !TRAILING.test(last)) return text.slice(0, end);
    if (opener !== undefined) depth.set(last, (depth.get(last) ?? 0) - 1);
    end -= 1;
  }
}

function address(text: string, groups: Readonly<Record<string, string | undefined>>): string | null {
  if (groups['mail'] !== undefined) {
    return /^mailto:/i.test(text) ? text : `mailto:${text}`;
  }
  const whole = groups['www'] === undefined ? text : `https://${text}`;
  const url = parse(whole);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return null;
  // https://bank.example@elsewhere.example shows one host and opens another.
  if (url.username !== '' || url.password !== '') return null;
  if (groups['www'] !== undefined && !/^www\.[^.]+\.[^.]/i.test(url.hostname)) return null;
  return url.href;
}

function parse(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
