import type { PersonChange } from '../protocol';

const MOST_NOTICES = 100;

/** Comings and goings between two messages, folded into one line. */
export interface Notice {
  readonly key: string;
  /** The message it stands below, or null for the top. */
  readonly after: string | null;
  readonly at: number;
  readonly joined: readonly string[];
  readonly left: readonly string[];
}

/** Who joined and left while this page looked on. Not part of the log. */
export class Notices {
  #list: Notice[] = [];
  #made = 0;

  get list(): readonly Notice[] {
    return this.#list;
  }

  add(change: PersonChange, after: string | null, now = Date.now()): void {
    const last = this.#list.at(-1);
    const open: Notice =
      last !== undefined && last.after === after
        ? last
        : { key: `notice-${(this.#made += 1)}`, after, at: now, joined: [], left: [] };
    const next = fold(open, change);
    const others = open === last ? this.#list.slice(0, -1) : this.#list;
    const empty = next.joined.length === 0 && next.left.length === 0;
    this.#list = empty ? others : [...others, next].slice(-MOST_NOTICES);
  }
}

/** Somebody who came and went, or went and came, is not news. */
function fold(notice: Notice, { user, event }: PersonChange): Notice {
  const without = (names: readonly string[]) => names.filter((name) => name !== user);
  if (event === 'joined') {
    return notice.left.includes(user)
      ? { ...notice, left: without(notice.left) }
      : { ...notice, joined: [...without(notice.joined), user] };
  }
  return notice.joined.includes(user)
    ? { ...notice, joined: without(notice.joined) }
    : { ...notice, left: [...without(notice.left), user] };
}
