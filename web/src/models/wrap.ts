export interface Selection {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Puts a mark of Markdown around what is selected, or takes it off again. */
export function wrap({ text, start, end }: Selection, mark: string): Selection {
  const size = mark.length;
  if (isMarked(text, start, end, mark)) {
    const bare = text.slice(0, start - size) + text.slice(start, end) + text.slice(end + size);
    return { text: bare, start: start - size, end: end - size };
  }
  // Marks right beside a space are none.
  const chosen = text.slice(start, end);
  const from = start + (chosen.length - chosen.trimStart().length);
  const to = Math.max(from, end - (chosen.length - chosen.trimEnd().length));
  const marked = text.slice(0, from) + mark + text.slice(from, to) + mark + text.slice(to);
  return { text: marked, start: from + size, end: to + size };
}

function isMarked(text: string, start: number, end: number, mark: string): boolean {
  const size = mark.length;
  if (text.slice(start - size, start) !== mark || text.slice(end, end + size) !== mark) return false;
  // * beside ** is half of another mark, unless there are three of them.
  const run = new RegExp(`\\${mark[0] ?? ''}*$`).exec(text.slice(0, start))?.[0].length ?? 0;
  return run === size || run === 3;
}
