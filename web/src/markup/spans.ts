/** A piece of code; the scope says what it is, as `keyword`, or is empty. */
export interface Span {
  readonly text: string;
  readonly scope: string;
}

/** Code that is to be coloured, as it is handed to the worker. */
export interface Asked {
  readonly id: number;
  readonly code: string;
  readonly language: string;
}

/** What comes back: null for a language that is not known. */
export interface Coloured {
  readonly id: number;
  readonly spans: readonly Span[] | null;
}
