import { Failure } from '@causerie/client';
import { reasonOf } from '../i18n/reasons';
import { preferences } from './preferences.svelte';
import { toasts } from './toasts.svelte';

/** Why the server did not do something, in words for its reader. Anything else is a mistake of ours. */
export function explain(error: unknown): string {
  if (!(error instanceof Failure)) throw error;
  return reasonOf(error, preferences.locale, preferences.text);
}

/** Does something for which there is no form: what goes wrong is told in a toast. */
export async function attempt<T>(act: Promise<T>): Promise<T | undefined> {
  try {
    return await act;
  } catch (error) {
    toasts.tell(explain(error), { tone: 'wrong' });
    return undefined;
  }
}
