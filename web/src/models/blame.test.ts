import type { Reason } from '@causerie/client';
import { expect, test } from 'vitest';
import { blamed } from './blame';

const cases: [name: string, Reason, ReturnType<typeof blamed>][] = [
  ['a name that is taken', { code: 'nickname-taken', message: 'This name is taken.' }, 'name'],
  [
    'a name with odd characters',
    { code: 'invalid', message: 'The name contains invisible characters.' },
    'name',
  ],
  ['an address of another account', { code: 'conflict', message: 'Another account has it.' }, 'email'],
  ['no address', { code: 'invalid', message: 'This is not an e-mail address.' }, 'email'],
  ['a short password', { code: 'invalid', message: 'The password is too short.' }, 'password'],
  ['a password that is the name', { code: 'invalid', message: 'The password is your name.' }, 'password'],
  ['too many tries', { code: 'rate-limited', message: 'Too many new names.' }, undefined],
  ['something else', { code: 'invalid', message: 'The body is not JSON.' }, undefined],
];

test.each(cases)('%s', (_, failure, field) => {
  expect(blamed(failure)).toBe(field);
});
