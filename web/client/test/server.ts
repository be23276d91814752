import { nextFingerprint } from '../src/chain.js';
import { Client, type ClientOptions } from '../src/client.js';
import { Failure } from '../src/failure.js';
import type { Cursor, Entry, Me, Message, Page, Room } from '../src/index.js';
import { fold } from '../src/fold.js';
import { uuidv7 } from '../src/uuid.js';
import type { Wire, WireEvents } from '../src/wire.js';

const ZERO = '0000000000000000';

export const person = (name: string): Me => ({
  id: `u-${name}`,
  name,
  role: 'member',
  state: 'online',
  guest: false,
  prefs: { receipts: true },
});

/** A server of one process without a network: it keeps the promises of the contract, and breaks them on request. */
export class FakeServer {
  readonly logs = new Map<string, Entry[]>([['lobby', []]]);
  readonly wires = new Set<FakeWire>();
  readonly asked: { event: string; input: Record<string, unknown> }[] = [];
  /** Answers instead of the server: a Failure is thrown, 'never' does not answer. */
  readonly answers = new Map<string, (input: Record<string, unknown>) => unknown>();
  build = 'one';
  down: Failure | undefined;
  /** The next one is kept, but its ack gets lost. */
  loseAck = false;
  resumeLimit = 1000;
  reads = new Map<string, number>();

  head(room: string): Cursor {
    const last = this.logs.get(room)?.at(-1);
    return last === undefined ? { seq: 0, fp: ZERO } : { seq: last.seq, fp: last.fp };
  }

  append(draft: Partial<Entry> & Pick<Entry, 'type'>, author = person('bob'), tell = true): Entry {
    const room = draft.room ?? 'lobby';
    const log = this.logs.get(room) ?? [];
    this.logs.set(room, log);
    const known = log.find((entry) => entry.id === draft.id);
    if (known !== undefined) return known;
    const id = draft.id ?? uuidv7();
    const { seq, fp } = this.head(room);
    const { id: who, name } = author;
    const entry: Entry = {
      ...draft,
      ...{ room, id, seq: seq + 1, fp: nextFingerprint(fp, id), author: { id: who, name }, at: Date.now() },
    };
    log.push(entry);
    if (tell) this.tell('entry', entry);
    return entry;
  }

  say(text: string, more: Partial<Entry> = {}, tell = true): Entry {
    return this.append({ type: 'message', text, ...more }, person('bob'), tell);
  }

  tell(event: string, payload: unknown): void {
    for (const wire of this.wires) if (wire.up) wire.events.told(event, structuredClone(payload));
  }

  room(id: string, me: Me): Room {
    const log = this.logs.get(id) ?? [];
    const read = this.reads.get(`${id}/${me.id}`) ?? 0;
    const unread = log.filter(
      (entry) => entry.type === 'message' && entry.seq > read && entry.author.id !== me.id,
    ).length;
    const latest = log.findLast((entry) => entry.type === 'message');
    return {
      ...{ id, kind: 'public', name: id, topic: '', description: '', archived: false, slow: 0, created: 1 },
      ...{ members: 2, me: { state: 'joined', rank: 'member', favourite: false, notify: 'all' } },
      ...{ head: this.head(id), read, unread, mentions: 0, ...(latest && { latest }) },
    } as Room;
  }

  page(
    room: string,
    query: { before?: number; after?: number; around?: number; limit?: number },
    me: string,
  ): Page {
    const log = this.logs.get(room) ?? [];
    const shown = log.filter((entry) => entry.type === 'message' && entry.thread === undefined);
    const limit = query.limit ?? 50;
    let from = Math.max(0, shown.length - limit);
    if (query.before !== undefined)
      from = Math.max(0, shown.findIndex((entry) => entry.seq >= (query.before ?? 0)) - limit);
    if (query.after !== undefined) from = shown.findIndex((entry) => entry.seq > (query.after ?? 0));
    if (query.around !== undefined)
      from = Math.max(0, shown.findIndex((entry) => entry.seq >= (query.around ?? 0)) - limit / 2);
    const end =
      query.before === undefined
        ? from + limit
        : shown.findIndex((entry) => entry.seq >= (query.before ?? 0));
    const part = shown.slice(from, end);
    const items = part.map((entry) =>
      log.filter((later) => later.ref === entry.seq).reduce<Message>((m, later) => fold(m, later, me), entry),
    );
    const [first, last] = [part[0]?.seq, part.at(-1)?.seq];
    return {
      items,
      head: this.head(room),
      ...(from > 0 && first !== undefined && { before: first }),
      ...(end < shown.length && last !== undefined && { after: last }),
    };
  }

  resumed(room: string, cursor: Cursor, me: string): object {
    const log = this.logs.get(room);
    if (log === undefined) return { gone: true };
    const head = this.head(room);
    const at = cursor.seq === 0 ? ZERO : log[cursor.seq - 1]?.fp;
    const page = this.page(room, {}, me);
    if (at !== cursor.fp) return { reset: true, reason: 'diverged', page, head };
    if (head.seq - cursor.seq > this.resumeLimit) return { reset: true, reason: 'too-far', page, head };
    return { entries: log.slice(cursor.seq), head };
  }

  async answer(wire: FakeWire, event: string, input: Record<string, unknown>): Promise<unknown> {
    this.asked.push({ event, input });
    const special = this.answers.get(event);
    if (special !== undefined) {
      const answer = await special(input);
      if (answer instanceof Failure) throw answer;
      if (answer !== undefined) return answer;
    }
    const { me } = wire;
    const room = input['room'] as string;
    switch (event) {
      case 'message-send': {
        const { seq, fp, id, at } = this.append({ ...input, type: 'message' }, me);
        if (this.loseAck) {
          this.loseAck = false;
          throw new Failure('timeout');
        }
        return { id, seq, fp, at };
      }
      case 'message-edit':
      case 'message-delete':
      case 'message-react':
      case 'message-unreact':
      case 'message-pin': {
        const { seq, ...rest } = input;
        const type = event.slice('message-'.length) as Entry['type'];
        const entry = this.append({ ...rest, type, ref: seq as number }, me);
        return { seq: entry.seq, fp: entry.fp, at: entry.at };
      }
      case 'history':
        return this.page(room, input, me.id);
      case 'resume':
        return {
          rooms: Object.fromEntries(
            Object.entries(input['rooms'] as Record<string, Cursor>).map(([id, cursor]) => [
              id,
              this.resumed(id, cursor, me.id),
            ]),
          ),
        };
      case 'read':
        this.reads.set(`${room}/${me.id}`, input['seq'] as number);
        return { read: input['seq'], unread: this.room(room, me).unread, mentions: 0 };
      case 'room':
        if (!this.logs.has(room)) throw new Failure('not-found');
        return { room: this.room(room, me) };
      case 'person':
        return { person: person(String(input['person']).slice(2)) };
      case 'blocked':
        return { people: [] };
      default:
        throw new Failure('not-found');
    }
  }
}

export class FakeWire implements Wire {
  readonly server: FakeServer;
  readonly events: WireEvents;
  readonly signals: string[] = [];
  readonly shown: Record<string, unknown>[] = [];
  me: Me;
  up = false;

  constructor(server: FakeServer, events: WireEvents, name: string) {
    this.server = server;
    this.events = events;
    this.me = person(name);
    server.wires.add(this);
  }

  connect(): void {
    void this.events.auth().then((auth) => {
      const shown = auth as Record<string, unknown>;
      this.shown.push(shown);
      if (this.server.down !== undefined) return this.events.refused(this.server.down);
      this.up = true;
      const resume = Object.entries((shown['resume'] ?? {}) as Record<string, Cursor>);
      const rooms = [...this.server.logs.keys()].map((id) => this.server.room(id, this.me));
      const resumed = resume.map(([id, cursor]) => [id, this.server.resumed(id, cursor, this.me.id)]);
      this.events.told('welcome', {
        ...{ me: this.me, server: { name: 'House', version: '1', build: this.server.build }, rooms },
        ...{ limits: {}, online: {}, resumed: Object.fromEntries(resumed), time: Date.now() },
        ...('guest' in shown && { token: `guest-${String(shown['guest'])}` }),
      });
    });
  }

  disconnect(): void {
    if (!this.up) return;
    this.up = false;
    this.events.lost();
  }

  async ask(event: string, payload: object): Promise<unknown> {
    await Promise.resolve();
    if (!this.up) throw new Failure('offline');
    return structuredClone(
      await this.server.answer(this, event, structuredClone(payload) as Record<string, unknown>),
    );
  }

  signal(event: string): void {
    this.signals.push(event);
  }
}

export interface Joined {
  readonly client: Client;
  readonly wire: FakeWire;
}

export function join(server: FakeServer, name = 'ann', options: Partial<ClientOptions> = {}): Joined {
  let wire: FakeWire | undefined;
  const client = new Client({
    url: '',
    auth: { token: `token-${name}` },
    random: () => 1,
    tab: `tab-${name}`,
    wire: (_, events) => (wire = new FakeWire(server, events, name)),
    ...options,
  });
  void client.start();
  if (wire === undefined) throw new Error('The client made no wire.');
  return { client, wire };
}
