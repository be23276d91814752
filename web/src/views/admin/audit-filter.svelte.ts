import type { Author } from '@causerie/client';
import type { Topic } from '../../models/audit';

/** Which lines of the audit log are wanted: those that fit everything that is set. */
class AuditFilter {
  topic = $state<Topic | 'all'>('all');
  /** Who did it. */
  by = $state.raw<Author>();
  /** To whom it was done. */
  person = $state.raw<Author>();
  /** The id of the room it was done in. */
  room = $state<string>();

  /** Wants only what was done to somebody, whatever was wanted before. */
  about({ id, name }: Author): void {
    this.topic = 'all';
    this.by = this.room = undefined;
    this.person = { id, name };
  }

  get narrow(): boolean {
    return (
      this.topic !== 'all' || this.by !== undefined || this.person !== undefined || this.room !== undefined
    );
  }
}

export const auditFilter = new AuditFilter();
