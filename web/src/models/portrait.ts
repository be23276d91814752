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

/** The first thing that a reader sees as one character. */
function firstOf(text: string): string {
  const [first] = new Intl.Segmenter().segment(text);
  return first?.segment ?? '';
}
