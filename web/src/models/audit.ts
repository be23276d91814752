import type { Audited } from '@causerie/client';
import type { audit } from '../i18n/en/audit';

export type AuditText = typeof audit;
type Sentence = Exclude<keyof AuditText, 'someRoom' | 'somebody' | 'erased'>;

/** What a line of the audit log is about. */
export type Topic = 'people' | 'rooms' | 'server';

export function topicOf(act: string): Topic {
  if (act.startsWith('person-')) return 'people';
  return act.startsWith('invitation-') || act.startsWith('settings-') ? 'server' : 'rooms';
}

/** The acts that are about something: those that the page has sentences for. */
export function actsOf(topic: Topic, text: AuditText): string[] {
  const acts = Object.keys(text).flatMap((name) => /^[a-z]+(-[a-z]+)+/.exec(name)?.[0] ?? []);
  return [...new Set(acts)].filter((act) => topicOf(act) === topic);
}

/** A name from elsewhere must not turn the words around it. */
function isolate(name: string): string {
  return `\u2068${name}\u2069`;
}

/** Who did what to whom; `roomName` tells the name of a room, where it is known. */
export function sentenceOf(
  line: Audited,
  text: AuditText,
  roomName: (id: string) => string | undefined,
): string {
  const room = line.room === undefined ? undefined : roomName(line.room);
  const sentence = text[nameOf(line, text)](
    isolate(line.by.name || text.somebody),
    room === undefined || room === '' ? text.someRoom : isolate(room),
    line.person?.name ? isolate(line.person.name) : text.somebody,
  );
  const erased = erasedBy(line);
  return erased === undefined ? sentence : `${sentence} (${text.erased(erased)})`;
}

/** How many messages were deleted at once: the server says it in English. */
function erasedBy({ act, detail = '' }: Audited): number | undefined {
  const count = act === 'person-purge' ? /^(\d+) messages$/.exec(detail)?.[1] : undefined;
  return count === undefined ? undefined : Number(count);
}

/** The reason that was given, where the sentence does not say all of the detail already. */
export function reasonOf(line: Audited, text: AuditText): string {
  const { act, detail = '' } = line;
  if (act === 'invitation-revoke') return ''; // the id of a link that nobody can read
  if (erasedBy(line) !== undefined) return '';
  return act === 'room-change' || `${act} ${detail}` in text ? '' : detail;
}

function nameOf({ act, detail = '', room }: Audited, text: AuditText): Sentence {
  const known = (name: string): name is Sentence => name.includes('-') && name in text;
  const exact =
    act === 'room-change' && detail !== ''
      ? `${act} ${detail === 'true' ? 'archived' : 'opened'}`
      : act === 'person-purge' && room !== undefined
        ? `${act} room`
        : `${act} ${detail}`;
  if (known(exact)) return exact;
  return known(act) ? act : 'other';
}
