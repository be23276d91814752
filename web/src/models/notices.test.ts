import type { Row } from '@causerie/client';
import { describe, expect, it } from 'vitest';
import { foldNotices } from './notices';

let next = 1;
function notice(type: Row['type'], name: string, subject?: string): Row {
  const seq = next++;
  const author = { id: name, name };
  const fixed = { kind: 'notice', state: 'sent', mine: false, room: 'r', at: 0 } as const;
  const about = subject === undefined ? {} : { subject: { id: subject, name: subject } };
  return { ...fixed, key: `k${seq}`, id: `k${seq}`, seq, type, author, ...about };
}

const told = (rows: readonly Row[]) =>
  foldNotices(rows).map(({ type, people }) => `${type} ${people.map(({ name }) => name).join(',')}`);

describe('foldNotices', () => {
  it.each<[string, Row[], string[]]>([
    [
      'everybody who joined',
      ['Ana', 'Ben', 'Cleo'].map((name) => notice('join', name)),
      ['join Ana,Ben,Cleo'],
    ],
    ['joins and leaves apart', [notice('join', 'Ana'), notice('leave', 'Ben')], ['join Ana', 'leave Ben']],
    [
      'who came and went',
      [notice('join', 'Ana'), notice('join', 'Ben'), notice('leave', 'Ana')],
      ['join Ben'],
    ],
    ['who went and came back', [notice('leave', 'Ana'), notice('join', 'Ana')], ['join Ana']],
    [
      'who joined again',
      [notice('join', 'Ana'), notice('leave', 'Ana'), notice('join', 'Ana')],
      ['join Ana'],
    ],
    ['each other thing', [notice('pin', 'Ana'), notice('pin', 'Ana')], ['pin Ana', 'pin Ana']],
    ['whom it is about', [notice('mute', 'Ana', 'Ben')], ['mute Ben']],
  ])('tells %s', (_, rows, expected) => expect(told(rows)).toEqual(expected));
});
