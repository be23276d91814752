import type { Pending } from './outbox.js';
import type { Author, Item, Message } from './protocol/forms.js';
import type { Row } from './row.js';

/** A change of ours that is shown before the log tells it. */
export interface Op {
  readonly change: (item: Message) => Message;
  /** The log tells it at this number, once that is known. */
  until: number;
}

interface Drawn {
  readonly item: Item;
  readonly ops: readonly Op[] | undefined;
  readonly row: Row;
}

/** Makes items into rows, and the same item into the same row. */
export class Canvas {
  readonly #me: () => Author;
  readonly #ops = new Map<number, readonly Op[]>();
  readonly #pending = new WeakMap<Pending, Row>();
  #drawn = new Map<string, Drawn>();

  constructor(me: () => Author) {
    this.#me = me;
  }

  add(seq: number, op: Op): void {
    this.#ops.set(seq, [...(this.#ops.get(seq) ?? []), op]);
  }

  drop(seq: number, op: Op): void {
    const left = (this.#ops.get(seq) ?? []).filter((one) => one !== op);
    if (left.length > 0) this.#ops.set(seq, left);
    else this.#ops.delete(seq);
  }

  /** The log has come this far: what it tells by itself now goes. */
  told(through: number): boolean {
    let changed = false;
    for (const [seq, ops] of this.#ops)
      for (const op of ops)
        if (op.until <= through) {
          this.drop(seq, op);
          changed = true;
        }
    return changed;
  }

  clear(): void {
    this.#ops.clear();
  }

  draw(items: readonly Item[]): Row[] {
    const drawn = new Map<string, Drawn>();
    const me = this.#me().id;
    for (const item of items) {
      const [known, ops] = [this.#drawn.get(item.id), this.#ops.get(item.seq)];
      const same = known?.item === item && known.ops === ops && known.row.mine === (item.author.id === me);
      drawn.set(item.id, same ? known : { item, ops, row: this.row(item) });
    }
    this.#drawn = drawn;
    return [...drawn.values()].map(({ row }) => row);
  }

  row(item: Item): Row {
    const ops = this.#ops.get(item.seq);
    const shown = (ops ?? []).reduce((message, op) => op.change(message), item);
    return {
      ...shown,
      key: item.id,
      kind: item.type === 'message' ? 'message' : 'notice',
      mine: item.author.id === this.#me().id,
      state: 'sent',
      ...(ops && { pending: true }),
    };
  }

  pending(pending: Pending): Row {
    let row = this.#pending.get(pending);
    if (row === undefined) {
      const { id, room, text, reply, thread, at, state, failure, seq } = pending;
      const optional = { ...(reply && { reply }), ...(thread && { thread }), ...(failure && { failure }) };
      const fixed = { kind: 'message', type: 'message', mine: true, author: this.#me() } as const;
      row = { ...fixed, ...optional, key: id, id, room, text, at, state, seq };
      this.#pending.set(pending, row);
    }
    return row;
  }
}
