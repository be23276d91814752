import { roomName, type Person } from '@causerie/client';
import { complete, rankNames, triggerAt, type Trigger } from '../models/completion';
import { findEmoji, type EmojiGroups } from '../models/emoji';
import { callsAll } from '../models/message-powers';
import { emojiOf, rememberEmoji } from './emoji';
import { people } from './people.svelte';
import { preferences } from './preferences.svelte';
import { rooms } from './rooms.svelte';
import { session } from './session.svelte';

const MOST = 8;
const ASK_AFTER_MS = 120;

/** One of the things that what was begun may mean. */
export interface Suggestion {
  readonly key: string;
  readonly kind: Trigger['kind'] | 'call';
  readonly label: string;
  readonly note: string;
  readonly insert: string;
}

/** What a composer offers for the word at its caret. */
export class Suggesting {
  readonly #room: string;
  trigger = $state.raw<Trigger | null>(null);
  #index = $state(0);
  #members = $state.raw<readonly Person[]>([]);
  /** Of a room that is open to all, also those who are not in it. */
  #others = $state.raw<readonly Person[]>([]);
  #emoji = $state.raw<EmojiGroups>([]);
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing is drawn from it
  readonly #asked = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Where the trigger stands that was put away with Esc. */
  #dismissed: number | undefined;

  constructor(room: string) {
    this.#room = room;
  }

  readonly list: readonly Suggestion[] = $derived.by(() => {
    const { trigger } = this;
    if (trigger === null) return [];
    switch (trigger.kind) {
      case 'person':
        return this.#people(trigger.query);
      case 'room':
        return this.#rooms(trigger.query);
      case 'emoji':
        return this.#emojis(trigger.query);
    }
  });

  get index(): number {
    return Math.min(this.#index, this.list.length - 1);
  }

  get chosen(): Suggestion | undefined {
    return this.list[this.index];
  }

  /** Looks at what stands at the caret now. */
  look(text: string, caret: number): void {
    const trigger = triggerAt(text, caret);
    if (trigger === null || trigger.from !== this.#dismissed) this.#dismissed = undefined;
    const shown = this.#dismissed === undefined ? trigger : null;
    if (shown?.from !== this.trigger?.from || shown?.query !== this.trigger?.query) this.#index = 0;
    this.trigger = shown;
    if (shown?.kind === 'person') this.#askPeople(shown.query);
    if (shown?.kind === 'emoji') this.#askEmoji();
  }

  move(by: number): void {
    const { length } = this.list;
    if (length > 0) this.#index = (this.index + by + length) % length;
  }

  close(): void {
    this.#dismissed = this.trigger?.from;
    this.trigger = null;
  }

  /** The text with the suggestion in it. */
  take(suggestion: Suggestion, text: string, caret: number): { text: string; caret: number } {
    const { trigger } = this;
    if (trigger === null) return { text, caret };
    if (suggestion.kind === 'emoji') rememberEmoji(suggestion.insert);
    this.trigger = null;
    return complete(text, caret, trigger, suggestion.insert);
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #people(query: string): readonly Suggestion[] {
    const me = session.me?.id;
    const others = [...this.#others, ...people.all].filter(({ disabled }) => disabled !== true);
    const found = rankNames(query, this.#members, others, MOST).filter(({ id }) => id !== me);
    const words = preferences.text.composer;
    const room = rooms.get(this.#room);
    const calls = [
      { name: 'room', note: words.everybody },
      { name: 'here', note: words.everybodyHere },
    ].filter(({ name }) => query !== '' && name.startsWith(query.toLowerCase()) && room && callsAll(room));
    return [
      ...found.map((person): Suggestion => {
        const { id, name, status = '' } = person;
        return { key: id, kind: 'person', label: name, note: status, insert: `@${name}` };
      }),
      ...calls.map(({ name, note }): Suggestion => {
        return { key: `@${name}`, kind: 'call', label: `@${name}`, note, insert: `@${name}` };
      }),
    ];
  }

  #rooms(query: string): readonly Suggestion[] {
    const named = rooms.list
      .filter((room) => room.name !== '' && !room.archived)
      .map((room) => ({ id: room.id, name: roomName(room), topic: room.topic }));
    return rankNames(query, named, [], MOST).map(({ id, name, topic }) => ({
      key: id,
      kind: 'room',
      label: name,
      note: topic,
      insert: `#${name}`,
    }));
  }

  #emojis(query: string): readonly Suggestion[] {
    return findEmoji(this.#emoji, query, MOST).map(([emoji, name]) => ({
      key: emoji,
      kind: 'emoji',
      label: name,
      note: '',
      insert: emoji,
    }));
  }

  #askPeople(query: string): void {
    const asked = query.toLowerCase();
    if (this.#asked.has(asked)) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#asked.add(asked);
      Promise.all([this.#askMembers(query), this.#askOthers(query)]).catch(() => this.#asked.delete(asked));
    }, ASK_AFTER_MS);
  }

  async #askMembers(query: string): Promise<void> {
    const { members } = await session.client.act('members', { room: this.#room, query, limit: 50 });
    this.#members = joined(
      this.#members,
      members.map(({ person }) => person),
    );
  }

  /** A room of everybody has no list of members, and in an open one anybody may be called. */
  async #askOthers(query: string): Promise<void> {
    const kind = rooms.get(this.#room)?.kind;
    if (query === '' || (kind !== 'public' && kind !== 'announcement')) return;
    const found = await session.client.act('people', { query, limit: 50 });
    this.#others = joined(this.#others, found.people);
  }

  #askEmoji(): void {
    const { locale } = preferences;
    if (this.#asked.has(`:${locale}`)) return;
    this.#asked.add(`:${locale}`);
    emojiOf(locale).then(
      (groups) => (this.#emoji = groups),
      () => this.#asked.delete(`:${locale}`),
    );
  }
}

/** Both lists, each person once and as told last. */
function joined(before: readonly Person[], told: readonly Person[]): readonly Person[] {
  return [...new Map([...before, ...told].map((one) => [one.id, one])).values()];
}
