import type { ErrorCode } from '../protocol';

/** Why something was refused. `timeout` is ours: no answer came. */
export interface Failure {
  readonly code: ErrorCode | 'timeout' | 'expired';
  /** The server's sentence, in its language; may be empty. */
  readonly reason: string;
}

export type Answer<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

/** The same act, tried again later, may succeed; nobody has to do anything. */
export function isPassing(failure: Failure): boolean {
  return failure.code === 'unavailable' || failure.code === 'rate-limited' || failure.code === 'timeout';
}
