import {
  DEFAULT_LIMITS,
  type History,
  type Limits,
  type Message,
  type PersonChange,
  type Roster,
} from '../protocol';
import { isPassing, type Failure } from './answer';
import { Backoff } from './backoff';
import { Notices } from './notices';
import { Outbox, type OutboxShelf } from './outbox';
import { People } from './people';
import { Timeline } from './timeline';
import { Typists, TypingTeller } from './typing';
import { Unread } from './unread';
import type { Wire } from './wire';

/** History follows an introduction at once; without it we ask again. */
const HISTORY_WITHIN_MS = 10_000;

/** What a browser remembers of a person. */
export interface Identity {
  nickname: string | null;
}

export interface ChatOptions {
  readonly wire: Wire;
  readonly shelf: OutboxShelf;
  readonly identity: Identity;
  readonly onChange: () => void;
  readonly backoff?: Backoff;
}

/**
 * One person in the one room: who we are, what was said, what we have said and
 * nobody has confirmed. It knows no browser and no framework; events of the
 * server come in through its methods, one file of events/ for each.
 */
export class Chat {
  readonly timeline = new Timeline();
  readonly people = new People();
  readonly notices = new Notices();
  readonly unread = new Unread();
  readonly typists: Typists;
  readonly outbox: Outbox;
  limits: Limits = DEFAULT_LIMITS;

  readonly #wire: Wire;
  readonly #identity: Identity;
  readonly #onChange: () => void;
  readonly #typing: TypingTeller;
  readonly #backoff: Backoff;
  #connected = false;
  // Each is raised when answers to what was asked before have become void.
  #connection = 0;
  #introduction = 0;
  #joins = 0;
  #here = false;
  #joining = false;
  #refusal: Failure | null = null;
  #paging = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ wire, shelf, identity, onChange, backoff = new Backoff() }: ChatOptions) {
    this.#wire = wire;
    this.#identity = identity;
    this.#onChange = onChange;
    this.#backoff = backoff;
    this.typists = new Typists(onChange);
    this.#typing = new TypingTeller(() => {
      if (this.#here) wire.typing();
    });
    this.outbox = new Outbox({
      shelf,
      send: (message) => wire.send(message),
      isShown: (seq) => this.timeline.covers(seq),
      onChange,
    });
  }

  /** Ours, as the server wrote it; null before the first introduction. */
  get nickname(): string | null {
    return this.#identity.nickname;
  }

  /** The server has let us in on this connection. */
  get here(): boolean {
    return this.#here;
  }

  /** A nickname was asked for and the answer is not there yet. */
  get joining(): boolean {
    return this.#joining;
  }

  /** Why the last nickname was refused. */
  get refusal(): Failure | null {
    return this.#refusal;
  }

  /** Older messages are on their way. */
  get paging(): boolean {
    return this.#paging;
  }

  /** Takes up what an earlier page of this browser left unsent. */
  restore(): void {
    if (this.nickname !== null) this.outbox.restore(this.nickname);
  }

  connected(): void {
    this.#connected = true;
    this.#backoff.reset();
    if (this.#identity.nickname !== null) void this.#introduce(this.#identity.nickname, true);
    this.#onChange();
  }

  disconnected(): void {
    this.#connected = false;
    this.#connection += 1;
    this.#introduction += 1;
    this.#joins += 1;
    this.#here = false;
    this.#joining = false;
    this.#paging = false;
    clearTimeout(this.#timer);
    this.timeline.suspend();
    this.outbox.close();
    this.typists.clear();
    this.#onChange();
  }

  /** Asks for a nickname, the first one or another one. */
  async join(nickname: string): Promise<void> {
    if (!this.#connected) {
      this.#refusal = { code: 'timeout', reason: '' };
      this.#onChange();
      return;
    }
    await this.#introduce(nickname, false);
  }

  /** The reader turns away from the last refusal. */
  forgetRefusal(): void {
    this.#refusal = null;
    this.#onChange();
  }

  say(text: string): void {
    if (this.nickname === null) return;
    this.unread.clear();
    this.outbox.add(this.nickname, text);
  }

  keystroke(): void {
    this.#typing.keystroke();
  }

  async loadOlder(): Promise<void> {
    const before = this.timeline.olderThan;
    if (before === null || this.#paging || !this.#here) return;
    const connection = this.#connection;
    this.#paging = true;
    this.#onChange();
    const answer = await this.#wire.history(before);
    if (connection !== this.#connection) return;
    this.#paging = false;
    if (answer.ok) this.timeline.takeOlder(before, answer.value);
    this.#onChange();
  }

  takeLimits(limits: Limits): void {
    this.limits = limits;
    this.#onChange();
  }

  takeRoster(roster: Roster): void {
    this.people.replace(roster);
    this.#onChange();
  }

  takeChange(change: PersonChange): void {
    if (change.event === 'left') this.typists.ended(change.user);
    if (this.people.apply(change) && change.user !== this.nickname && this.timeline.loaded) {
      this.notices.add(change, this.timeline.messages.at(-1)?.id ?? null);
    }
    this.#onChange();
  }

  takeTyping(nickname: string): void {
    if (nickname !== this.nickname) this.typists.heard(nickname);
  }

  takeMessage(message: Message): void {
    this.typists.ended(message.nickname);
    const shown = this.timeline.add(message);
    if (shown) {
      this.outbox.seen(message.id);
      if (message.nickname !== this.nickname) this.unread.came(message.id);
    }
    this.#onChange();
  }

  async takeHistory(history: History): Promise<void> {
    clearTimeout(this.#timer);
    const join = (this.#joins += 1);
    const newestBefore = this.timeline.messages.at(-1)?.id;
    let before = this.timeline.takeEnd(history);
    while (before !== null) {
      const answer = await this.#wire.history(before);
      if (join !== this.#joins) return;
      if (answer.ok && answer.value.messages.length > 0) before = this.timeline.takeGap(answer.value);
      else {
        this.timeline.startOver();
        before = null;
      }
    }
    this.#caughtUp(newestBefore);
    this.#onChange();
  }

  #caughtUp(newestBefore: string | undefined): void {
    const messages = this.timeline.messages;
    for (const entry of this.outbox.entries) if (this.timeline.has(entry.id)) this.outbox.seen(entry.id);
    this.outbox.caughtUp();
    if (newestBefore === undefined) return; // the first look at the room misses nothing
    const from = messages.findIndex((message) => message.id === newestBefore) + 1;
    const missed = messages.slice(from).filter((message) => message.nickname !== this.nickname);
    this.unread.missed(missed.map((message) => message.id));
  }

  async #introduce(nickname: string, again: boolean): Promise<void> {
    const introduction = (this.#introduction += 1);
    clearTimeout(this.#timer);
    this.#joining = true;
    this.#refusal = null;
    this.#onChange();
    const answer = await this.#wire.introduce(nickname);
    if (introduction !== this.#introduction) return;
    this.#joining = false;
    if (answer.ok) this.#letIn(answer.value.nickname);
    else if (again && (isPassing(answer.failure) || answer.failure.code === 'internal'))
      this.#introduceLater(nickname);
    else this.#refused(answer.failure, again);
    this.#onChange();
  }

  #introduceLater(nickname: string): void {
    this.#timer = setTimeout(() => void this.#introduce(nickname, true), this.#backoff.next());
  }

  #letIn(nickname: string): void {
    const former = this.#identity.nickname;
    this.#here = true;
    this.#identity.nickname = nickname;
    if (former !== null && former !== nickname) this.outbox.rename(nickname);
    this.outbox.restore(nickname);
    this.outbox.open();
    if (this.timeline.joining) {
      this.#timer = setTimeout(() => void this.#introduce(nickname, true), HISTORY_WITHIN_MS);
    }
  }

  /** What was written stays in the outbox and goes out under the next name. */
  #refused(failure: Failure, wasOurs: boolean): void {
    this.#refusal = failure;
    if (wasOurs) this.outbox.close();
  }
}
