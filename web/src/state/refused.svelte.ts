import type { Failure } from '@causerie/client';
import { blamed, type NamingField } from '../models/blame';
import { explain } from './explain';

/** What the server has against a field of a form, as long as the field says the same. */
export class Refused {
  #told = $state.raw<{ readonly field: NamingField; readonly value: string; readonly why: string }>();

  /** Whether the failure is about one of the fields that were sent, where it is told then. */
  take(failure: Failure, sent: Readonly<Partial<Record<NamingField, string>>>): boolean {
    const field = blamed(failure);
    const value = field === undefined ? undefined : sent[field];
    if (field === undefined || value === undefined) return false;
    this.#told = { field, value, why: explain(failure) };
    return true;
  }

  /** Why the field was refused, or null. */
  of(field: NamingField, value: string): string | null {
    const told = this.#told;
    return told?.field === field && told.value === value ? told.why : null;
  }
}
