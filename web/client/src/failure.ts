/** Codes of the server, and three of this library: `timeout`, `offline` and `expired`. */
export type Code =
  | 'invalid'
  | 'unauthorized'
  | 'forbidden'
  | 'banned'
  | 'not-found'
  | 'conflict'
  | 'nickname-taken'
  | 'id-taken'
  | 'gone'
  | 'rate-limited'
  | 'unavailable'
  | 'unknown-event'
  | 'internal'
  | 'timeout'
  | 'offline'
  | 'expired';

/** Why an act was not done. `message` is a sentence of the server for people; it may be empty. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: Code;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter: number | undefined;

  constructor(code: Code, message = '', retryAfter?: number) {
    super(message);
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /** The same act, tried again later, may succeed; nobody has to do anything. */
  get passing(): boolean {
    return ['timeout', 'offline', 'unavailable', 'rate-limited'].includes(this.code);
  }
}

/** What may be kept and told of a failure. */
export interface Reason {
  readonly code: Code;
  readonly message: string;
}

export function failureOf(told: unknown): Failure {
  if (told instanceof Failure) return told;
  const error = (told ?? {}) as { code?: Code; message?: string; retryAfter?: number };
  return new Failure(error.code ?? 'internal', error.message, error.retryAfter);
}
