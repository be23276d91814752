import type { Row } from '@causerie/client';
import { shortcutOf } from '../../keys';
import { powersOver, type Powers } from '../../models/message-powers';
import { addressOf } from '../../router';
import { attempt } from '../../state/explain';
import { overlays } from '../../state/overlay.svelte';
import { people } from '../../state/people.svelte';
import { place } from '../../state/place.svelte';
import { preferences } from '../../state/preferences.svelte';
import { session } from '../../state/session.svelte';
import { toasts } from '../../state/toasts.svelte';
import type { MenuItem } from '../../ui/Menu.svelte';
import { copyText } from '../clipboard';
import type { Around } from './context';

/** Everything one can do with a message, by pointer and by key. */
export class Actions {
  readonly #around: Around;

  constructor(around: Around) {
    this.#around = around;
  }

  powers(row: Row): Powers {
    const { open } = this.#around;
    const { room, inThread } = open;
    const other = room.people?.[0]?.id;
    const blocked = other !== undefined && people.blocked(other);
    return powersOver(row, room, session.me?.id ?? '', { inThread, blocked, me: session.me });
  }

  react(row: Row, emoji: string): void {
    const on = row.reactions?.find((reaction) => reaction.emoji === emoji)?.mine !== true;
    void attempt(this.#around.open.view.react(row.seq, emoji, on));
  }

  openThread(row: Row): void {
    place.go({ name: 'room', room: row.room, thread: row.thread ?? row.seq });
  }

  async copy(text: string): Promise<void> {
    const words = preferences.text.timeline;
    toasts.tell((await copyText(text)) ? words.copied : words.notCopied);
  }

  /** What stands behind "more". */
  menu(row: Row): readonly (MenuItem | 'line')[] {
    const words = preferences.text.timeline;
    const may = this.powers(row);
    const { open, ask } = this.#around;
    const { view } = open;
    const items: (MenuItem | 'line' | false)[] = [
      { label: words.copyText, icon: 'copy', act: () => void this.copy(row.text ?? '') },
      row.seq > 0 && { label: words.copyLink, icon: 'link', act: () => void this.copy(linkTo(row)) },
      may.pin && {
        label: row.pinned ? words.unpin : words.pin,
        icon: 'pin',
        act: () => void attempt(view.pin(row.seq, !row.pinned)),
      },
      may.save && {
        label: row.saved ? words.unsave : words.save,
        icon: 'save',
        act: () => void attempt(view.save(row.seq, !row.saved)),
      },
      (may.report || may.delete) && 'line',
      may.report && {
        label: words.report,
        icon: 'flag',
        act: () => overlays.show({ name: 'report', room: row.room, seq: row.seq }),
      },
      may.delete && {
        label: words.delete,
        icon: 'trash',
        danger: true,
        act: () => ask({ about: 'delete', row }),
      },
    ];
    return items.filter((item) => item !== false);
  }

  /** Does what a key means on a focused message; false if it means nothing there. */
  key(row: Row, event: KeyboardEvent): boolean {
    const may = this.powers(row);
    const { writing, ask } = this.#around;
    switch (shortcutOf(event, 'message')) {
      case 'edit':
        if (may.edit) writing.edit(row);
        return may.edit;
      case 'react':
        if (may.react) ask({ about: 'react', row });
        return may.react;
      case 'reply':
        if (may.reply) writing.answer(row);
        return may.reply;
      case 'thread':
        if (may.thread) this.openThread(row);
        return may.thread;
      case 'delete':
        if (may.delete) ask({ about: 'delete', row });
        return may.delete;
      default:
        return false;
    }
  }
}

function linkTo(row: Row): string {
  const thread = row.thread === undefined ? {} : { thread: row.thread };
  const address = addressOf({ name: 'room', room: row.room, ...(row.thread ? thread : { seq: row.seq }) });
  return new URL(address, location.href).href;
}
