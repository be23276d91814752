const HUES = 12;

/** The colour of a person, the same on every page. */
export function hueOf(nickname: string): number {
  let hash = 0;
  for (const char of nickname) hash = (Math.imul(hash, 31) + (char.codePointAt(0) ?? 0)) >>> 0;
  return hash % HUES;
}

/** One character for Chinese, Japanese, Korean and emoji names, else two initials. */
export function initialsOf(nickname: string): string {
  const words = nickname
    .trim()
    .split(/[\s._-]+/u)
    .filter((word) => word !== '');
  const first = firstOf(words[0] ?? nickname);
  if (!/^[\p{L}\p{N}]/u.test(first) || /^[\p{Lo}]/u.test(first)) return first;
  const second = words.length > 1 ? firstOf(words.at(-1) ?? '') : '';
  return (first + second).toLocaleUpperCase();
}

/** Between two of these there is always a border of characters. */
const PLAIN = /^[\p{Lu}\p{Ll}\p{Nd}\p{Script=Han}](?=[\p{Lu}\p{Ll}\p{Nd}\p{Script=Han}]|$)/u;
let segmenter: Intl.Segmenter | undefined;

/** The first thing that a reader sees as one character. */
function firstOf(text: string): string {
  const plain = PLAIN.exec(text);
  if (plain !== null) return plain[0];
  // Its tables take longer to load than the rest of a page to draw.
  segmenter ??= new Intl.Segmenter();
  const [first] = segmenter.segment(text);
  return first?.segment ?? '';
}
