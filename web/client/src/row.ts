import type { Message } from './protocol/forms.js';
import type { Reason } from './failure.js';

/**
 * A line of a timeline. Rows never change: one that did not change is the same
 * object as before, and `key` stays when a message of ours becomes a kept one.
 */
export interface Row extends Omit<Message, 'seq' | 'fp'> {
  /** The id of the message or entry. */
  readonly key: string;
  /** `notice`: somebody came, left, was muted, the room was renamed… see `type`. */
  readonly kind: 'message' | 'notice';
  /** Of the log; 0 until the server has kept the message. */
  readonly seq: number;
  readonly mine: boolean;
  /** Where a message of ours is on its way; all others are `sent`. */
  readonly state: 'queued' | 'sending' | 'sent' | 'failed';
  readonly failure?: Reason;
  /** An edit or deletion of ours is shown and not acknowledged yet. */
  readonly pending?: boolean;
}
