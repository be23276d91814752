import type { Reason } from '@causerie/client';

/** The fields of the forms in which people say who they are. */
export type NamingField = 'name' | 'email' | 'password';

/**
 * The field that a refusal is about; undefined if it is about none. A code
 * alone does not say it of what is not valid, the server's sentence does.
 */
export function blamed({ code, message }: Reason): NamingField | undefined {
  if (code === 'nickname-taken') return 'name';
  // Of these forms' fields, only the address can be another account's besides.
  if (code === 'conflict') return 'email';
  if (code !== 'invalid') return undefined;
  if (/\bpassword\b/i.test(message)) return 'password';
  if (/\be-mail\b/i.test(message)) return 'email';
  return /\b(nick)?name\b/i.test(message) ? 'name' : undefined;
}
