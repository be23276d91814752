import type { Message } from '../protocol';
import type { Failure } from './answer';
import type { Notice } from './notices';
import type { Pending } from './outbox';

/** Messages of one author closer than this stand together. */
const GROUP_MS = 5 * 60 * 1000;

export interface MessageRow {
  readonly kind: 'message';
  readonly key: string;
  readonly nickname: string;
  readonly text: string;
  readonly at: number;
  readonly own: boolean;
  readonly state: Pending['state'];
  readonly failure: Failure | null;
  /** First and last of a run of one author. */
  readonly first: boolean;
  readonly last: boolean;
  /** First of its day, by the clock of whoever looks. */
  readonly day: boolean;
  /** The line for unread messages stands above. */
  readonly unread: boolean;
}

export interface NoticeRow extends Notice {
  readonly kind: 'notice';
}

export type Row = MessageRow | NoticeRow;

export interface RowSource {
  /** Of the log, oldest first: the part that is on the page. */
  readonly messages: readonly Message[];
  /** The message before them, or undefined if they begin the log. */
  readonly before: Message | undefined;
  /** Whether the messages reach to the end, where ours are that nobody has seen yet. */
  readonly toEnd: boolean;
  readonly pending: readonly Pending[];
  readonly notices: readonly Notice[];
  readonly unreadFrom: string | null;
  readonly nickname: string | null;
}

/**
 * What the timeline shows, one flat list: a row keeps its key, and so its
 * place in the document, when a message of ours turns from written to kept.
 */
export function buildRows(source: RowSource, former: readonly Row[]): Row[] {
  // Kept by the message they stand below; two never stand below the same one.
  const noticesBelow = new Map(source.notices.map((notice) => [notice.after, notice]));
  const rows: Row[] = [];
  let previous = source.before === undefined ? undefined : bare(source.before, source.nickname);
  const addNotice = (key: string | null) => {
    const notice = noticesBelow.get(key);
    if (notice !== undefined) rows.push({ kind: 'notice', ...notice });
  };
  const add = (row: MessageRow) => {
    const afterNotice = rows.at(-1)?.kind === 'notice';
    const day = previous === undefined || !sameDay(previous.at, row.at);
    const unread = row.key === source.unreadFrom;
    const first = day || unread || afterNotice || previous === undefined || !together(previous, row);
    if (first) endGroup(rows);
    previous = { ...row, day, unread, first };
    rows.push(previous);
    addNotice(row.key);
  };
  if (source.before === undefined) addNotice(null);
  for (const message of source.messages) add(bare(message, source.nickname));
  if (source.toEnd) for (const entry of source.pending) add(ours(entry));
  endGroup(rows);
  return reuse(rows, former);
}

function bare(message: Message, nickname: string | null): MessageRow {
  return {
    kind: 'message',
    key: message.id,
    nickname: message.nickname,
    text: message.message,
    at: message.at,
    own: message.nickname === nickname,
    state: 'kept',
    failure: null,
    first: false,
    last: false,
    day: false,
    unread: false,
  };
}

function ours(entry: Pending): MessageRow {
  const { id, author, text, at, state, failure } = entry;
  const row = { kind: 'message', key: id, nickname: author, text, at, own: true, state, failure } as const;
  return { ...row, first: false, last: false, day: false, unread: false };
}

function together(a: MessageRow, b: MessageRow): boolean {
  return a.own === b.own && a.nickname === b.nickname && b.at - a.at < GROUP_MS;
}

function sameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

/** Marks the last message so far as the last of its group. */
function endGroup(rows: Row[]): void {
  const index = rows.findLastIndex((row) => row.kind === 'message');
  const row = rows[index];
  if (row?.kind === 'message' && !row.last) rows[index] = { ...row, last: true };
}

/** Rows that did not change stay the same objects, and the page leaves them alone. */
function reuse(rows: Row[], former: readonly Row[]): Row[] {
  const known = new Map(former.map((row) => [row.key, row]));
  return rows.map((row) => {
    const before = known.get(row.key);
    return before !== undefined && equal(before, row) ? before : row;
  });
}

function equal(a: Row, b: Row): boolean {
  return (Object.keys(b) as (keyof Row)[]).every((name) => a[name] === b[name]);
}
