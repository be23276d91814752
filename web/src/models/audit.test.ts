import type { Audited } from '@causerie/client';
import { expect, test } from 'vitest';
import { audit as en } from '../i18n/en/audit';
import { actsOf, reasonOf, sentenceOf, topicOf } from './audit';

const plain = (text: string) => text.replace(/[\u2068\u2069]/gu, '');
const line = (act: string, more: Partial<Audited> = {}): Audited => ({
  id: '1',
  at: 0,
  by: { id: 'u-1', name: 'Olga' },
  act,
  ...more,
});
const bob = { id: 'u-2', name: 'Bob' };
const names = (id: string) => (id === 'r-1' ? 'Kitchen' : undefined);

test.each([
  [
    'a reason stands apart',
    line('room-ban', { room: 'r-1', person: bob, detail: 'spam' }),
    'Olga banned Bob from Kitchen',
    'spam',
  ],
  [
    'a role is in the sentence',
    line('person-role', { person: bob, detail: 'admin' }),
    'Olga made Bob an administrator',
    '',
  ],
  ['archived', line('room-change', { room: 'r-1', detail: 'true' }), 'Olga archived Kitchen', ''],
  ['opened', line('room-change', { room: 'r-1', detail: 'false' }), 'Olga opened Kitchen again', ''],
  ['a room nobody knows', line('room-change', { room: 'r-9', detail: 'true' }), 'Olga archived a room', ''],
  [
    'everywhere',
    line('person-purge', { person: bob, detail: '3 messages' }),
    'Olga deleted all messages of Bob (3 messages)',
    '',
  ],
  [
    'in one room',
    line('person-purge', { person: bob, room: 'r-1' }),
    'Olga deleted all messages of Bob in Kitchen',
    '',
  ],
  [
    'a decision',
    line('report-resolve', { person: bob, room: 'r-1', detail: 'kept' }),
    'Olga kept a reported message of Bob in Kitchen',
    '',
  ],
  ['no id of a link', line('invitation-revoke', { detail: '63ecd0' }), 'Olga revoked an invitation link', ''],
  [
    'an act of a newer server',
    line('moon-move', { detail: 'far' }),
    'Olga did something this page does not know yet',
    'far',
  ],
  ['the name of a text', line('somebody'), 'Olga did something this page does not know yet', ''],
])('%s', (_, told, sentence, reason) => {
  expect(plain(sentenceOf(told, en, names))).toBe(sentence);
  expect(reasonOf(told, en)).toBe(reason);
});

test('names are isolated from the words around them', () => {
  expect(sentenceOf(line('settings-change'), en, names)).toContain('\u2068Olga\u2069');
});

test('every act has a topic', () => {
  const acts = [
    'person-kick',
    'room-ban',
    'message-delete',
    'report-resolve',
    'settings-change',
    'invitation-create',
  ];
  expect(acts.map(topicOf)).toEqual(['people', 'rooms', 'rooms', 'rooms', 'server', 'server']);
});

test('the acts of a topic are asked for by name, each once', () => {
  expect(actsOf('server', en)).toEqual(['invitation-create', 'invitation-revoke', 'settings-change']);
  expect(actsOf('people', en)).toContain('person-purge');
  expect(actsOf('rooms', en).filter((act) => act.startsWith('room-rank'))).toEqual(['room-rank']);
});
