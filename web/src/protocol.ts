/**
 * The classic contract on namespace `/`, as docs/events.md describes it. Every
 * event of the page goes through these types.
 */

/** A message as the server tells it. `at` is in unix milliseconds. */
export interface Message {
  readonly nickname: string;
  readonly message: string;
  readonly id: string;
  readonly at: number;
  /** The number in the room's log: always in history, optional in live events. */
  readonly seq?: number;
}

/** A run of the log, oldest first; `more` says that older messages exist. */
export interface History {
  readonly messages: readonly Message[];
  readonly more: boolean;
  /** What was shown before is not to be believed: the store has lost part of it. */
  readonly reset?: boolean;
}

/** Who is here. In crowded rooms `people` is cut and `total` is larger. */
export interface Roster {
  readonly people: readonly string[];
  readonly total: number;
}

export interface PersonChange {
  readonly user: string;
  readonly event: 'joined' | 'left';
}

/** Lengths in Unicode code points. */
export interface Limits {
  readonly message: number;
  readonly nickname: number;
}

/** What the server promises once it says that a message is kept. */
export interface Kept {
  readonly id: string;
  readonly seq: number;
  readonly fp: string;
  readonly at: number;
}

export type ErrorCode =
  'invalid' | 'nickname-taken' | 'no-nickname' | 'id-taken' | 'rate-limited' | 'unavailable' | 'internal';

/** How the server answers: `true` with a result, or `false` with a sentence and a code. */
type Ack<T> = (...answer: [true, T] | [false, string, ErrorCode?]) => void;

export interface ClientEvents {
  'set-nickname': (nickname: string, ack: Ack<{ nickname: string }>) => void;
  'chat-message': (message: { message: string; id: string }, ack: Ack<Kept>) => void;
  history: (range: { before: number }, ack: Ack<History>) => void;
  typing: () => void;
}

export interface ServerEvents {
  limits: (limits: Limits) => void;
  users: (roster: Roster) => void;
  'users-changed': (change: PersonChange) => void;
  history: (history: History) => void;
  'chat-message': (message: Message) => void;
  typing: (nickname: string) => void;
}

/** What holds until the server's own limits have arrived. */
export const DEFAULT_LIMITS: Limits = { message: 4000, nickname: 32 };

// The server is ours, but a proxy, a plug-in or an older version may stand
// between: what does not look right is dropped, not rendered.

export function isMessage(value: unknown): value is Message {
  return (
    isRecord(value) &&
    typeof value['nickname'] === 'string' &&
    typeof value['message'] === 'string' &&
    typeof value['id'] === 'string' &&
    Number.isFinite(value['at']) &&
    (value['seq'] === undefined || Number.isSafeInteger(value['seq']))
  );
}

export function isHistory(value: unknown): value is History {
  return (
    isRecord(value) &&
    typeof value['more'] === 'boolean' &&
    Array.isArray(value['messages']) &&
    value['messages'].every(isMessage)
  );
}

export function isRoster(value: unknown): value is Roster {
  return (
    isRecord(value) &&
    Number.isSafeInteger(value['total']) &&
    Array.isArray(value['people']) &&
    value['people'].every((name) => typeof name === 'string')
  );
}

export function isPersonChange(value: unknown): value is PersonChange {
  return (
    isRecord(value) &&
    typeof value['user'] === 'string' &&
    (value['event'] === 'joined' || value['event'] === 'left')
  );
}

export function isLimits(value: unknown): value is Limits {
  return isRecord(value) && isPositive(value['message']) && isPositive(value['nickname']);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isPositive(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
