import type { Entry, Message, Reaction } from './protocol/forms.js';

const MOST_NAMED = 20;

/**
 * The message after one more entry about it; the same object if nothing
 * changed. Entries that the message has in it already must not come again:
 * see Timeline, which knows up to where each of its messages is told.
 */
export function fold(message: Message, entry: Entry, me: string): Message {
  switch (entry.type) {
    case 'edit':
      if (message.deleted || entry.seq <= (message.edited?.seq ?? 0) || entry.deleted) return message;
      return amend(message, {
        text: entry.text ?? '',
        edited: { at: entry.at, seq: entry.seq },
        mentions: entry.mentions,
        calls: entry.calls,
      });
    case 'delete':
      // Of its thread, which has one less then.
      if (entry.ref !== message.seq)
        return amend(message, { replies: Math.max(0, (message.replies ?? 0) - 1) || undefined });
      if (message.deleted) return message;
      return amend(message, {
        text: '',
        deleted: true,
        deletedBy: entry.author,
        mentions: undefined,
        calls: undefined,
        edited: undefined,
        reactions: undefined,
        pinned: undefined,
      });
    case 'react':
    case 'unreact':
      return react(message, entry.emoji ?? '', entry.author.id, entry.type === 'react', me);
    case 'pin':
    case 'unpin':
      return message.deleted ? message : amend(message, { pinned: entry.type === 'pin' || undefined });
    case 'message':
      return amend(message, {
        replies: (message.replies ?? 0) + 1,
        lastReply: Math.max(entry.seq, message.lastReply ?? 0),
      });
    default:
      return message;
  }
}

/** Puts an emoji of a person on a message, or takes it off. */
export function react(message: Message, emoji: string, person: string, on: boolean, me: string): Message {
  if (message.deleted) return message;
  const reactions = message.reactions ?? [];
  const before = reactions.find((reaction) => reaction.emoji === emoji);
  const people = before?.people ?? [];
  const all = before === undefined || people.length === before.count;
  // Where everybody is named, the names say what is true; else the count is led.
  if ((all || person === me) && (person === me ? before?.mine === true : people.includes(person)) === on)
    return message;
  const named = people.filter((id) => id !== person);
  const after: Reaction = {
    emoji,
    count: (before?.count ?? 0) + (on ? 1 : -1),
    people: on && named.length < MOST_NAMED ? [...named, person] : named,
    mine: person === me ? on : (before?.mine ?? false),
  };
  const next =
    before === undefined
      ? [...reactions, after]
      : reactions.flatMap((reaction) => (reaction !== before ? [reaction] : after.count > 0 ? [after] : []));
  return amend(message, { reactions: next.length > 0 ? next : undefined });
}

type Amendment = { [K in keyof Message]?: Message[K] | undefined };

/** Changes fields; undefined takes one away. */
export function amend<T extends Message>(message: T, change: Amendment): T {
  const next = Object.entries({ ...message, ...change }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(next) as unknown as T;
}
