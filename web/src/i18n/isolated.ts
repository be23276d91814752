const [BEGIN, END] = [String.fromCodePoint(0x2068), String.fromCodePoint(0x2069)];

/** A name in the middle of a sentence: one in another direction must not turn the sentence around. */
export function isolated(name: string): string {
  return BEGIN + name + END;
}
