import type { Row } from '@causerie/client';
import { SvelteMap } from 'svelte/reactivity';
import { sendable } from '../models/draft';
import { session } from './session.svelte';
import type { OpenRoom } from './room.svelte';
import { rooms } from './rooms.svelte';

/** When one last said something in a room, also in its threads, by this device's clock. */
const said = new SvelteMap<string, number>();

/** What is being written in a room or a thread: a new message, or one anew. */
export class Writing {
  readonly #open: OpenRoom;
  #text = $state('');
  /** The message that is answered. */
  reply = $state.raw<number>();
  /** The message that is written anew; the draft waits meanwhile. */
  editing = $state.raw<Row>();
  /** Rises when the field should have the focus. */
  called = $state(0);
  #touched = false;
  readonly #stop: () => void;

  constructor(open: OpenRoom) {
    this.#open = open;
    this.#restore();
    // The drafts of the last visit arrive from the shelf a little later.
    this.#stop = open.view.on('change', () => {
      if (this.#touched) return;
      this.#restore();
      rooms.lookForDrafts();
    });
  }

  /** Nobody writes here any more; the draft stays. */
  end(): void {
    this.#stop();
    session.client.drafts.flush();
  }

  get text(): string {
    return this.#text;
  }

  /** Whoever types changes the text; the draft follows. */
  set text(text: string) {
    this.#text = text;
    this.#keep();
  }

  get sendable(): string {
    return sendable(this.#text);
  }

  answer(row: Row): void {
    if (this.editing !== undefined) this.cancel();
    this.reply = row.seq;
    this.#keep();
    this.called += 1;
  }

  edit(row: Row): void {
    if (this.editing === undefined) this.#keep();
    this.editing = row;
    this.#touched = true;
    this.#text = row.text ?? '';
    this.called += 1;
  }

  /** When one last said something in this room, as far as is known here. */
  get lastAt(): number | undefined {
    const { view, rows } = this.#open;
    return said.get(view.id) ?? rows.findLast((row) => row.mine && row.kind === 'message')?.at;
  }

  /** The last message of one's own that is loaded and can be written anew. */
  get last(): Row | undefined {
    return this.#open.rows.findLast(
      (row) => row.mine && row.kind === 'message' && row.state === 'sent' && !row.deleted && row.seq > 0,
    );
  }

  /** Leaves the edit or the reply; true if there was one. */
  cancel(): boolean {
    if (this.editing !== undefined) {
      this.editing = undefined;
      this.#text = '';
      this.#restore();
      return true;
    }
    const answered = this.reply !== undefined;
    this.reply = undefined;
    this.#keep();
    return answered;
  }

  /** Takes text back that was not sent, before what stands there. */
  put(text: string): void {
    const after = this.sendable;
    this.text = after === '' ? text : `${text}\n${after}`;
    this.called += 1;
  }

  /** Sends or saves; a failed edit comes back to be tried again. */
  async send(): Promise<void> {
    const [text, editing] = [this.sendable, this.editing];
    if (text === '') return;
    if (editing === undefined) {
      this.#open.view.send({ text, ...(this.reply !== undefined && { reply: this.reply }) });
      said.set(this.#open.view.id, Date.now());
      this.#text = '';
      this.reply = undefined;
      rooms.lookForDrafts();
      return;
    }
    this.cancel();
    if (text === editing.text) return;
    try {
      await this.#open.view.edit(editing.seq, text);
    } catch (error) {
      this.edit({ ...editing, text });
      throw error;
    }
  }

  #keep(): void {
    this.#touched = true;
    if (this.editing !== undefined) return;
    const reply = this.reply;
    this.#open.view.draft = { text: this.#text, ...(reply !== undefined && { reply }) };
    rooms.lookForDrafts();
  }

  #restore(): void {
    const draft = this.#open.view.draft;
    if (draft === undefined) return;
    this.#text = draft.text;
    this.reply = draft.reply;
  }
}
