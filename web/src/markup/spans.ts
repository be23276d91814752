/** A piece of code; the scope says what it is, as `keyword`, or is empty. */
export interface Span {
  readonly text: string;
  readonly scope: string;
}
