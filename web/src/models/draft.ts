/** What may be sent of what was typed: blank lines around it are dropped. */
export function sendable(text: string): string {
  return text.replace(/^(?:[^\S\n]*\n)+/, '').trimEnd();
}

/** In Unicode code points, as the server counts. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** Characters left, once the limit is near enough to care; else null. */
export function remaining(text: string, limit: number): number | null {
  // Code points are at most as many as UTF-16 units: no need to count early.
  const near = Math.floor(limit * 0.9);
  if (text.length < near) return null;
  const length = lengthOf(text);
  return length < near ? null : limit - length;
}

/** Characters left as they are told to those who listen: not with every letter. */
export function spoken(left: number): number {
  const step = left > 100 ? 100 : 20;
  return Math.ceil(left / step) * step;
}

/** One to three emoji and nothing else: shown large. */
export function isEmojiOnly(text: string): boolean {
  return text.length <= 60 && FEW_EMOJI.test(text);
}

const EMOJI =
  '(?:\\p{RI}\\p{RI}|\\p{Emoji_Presentation}|\\p{Emoji}\\ufe0f)(?:\\p{EMod}|\\ufe0f|\\u200d\\p{ExtPict})*';
const FEW_EMOJI = new RegExp(`^(?:${EMOJI}\\s*){1,3}$`, 'u');
