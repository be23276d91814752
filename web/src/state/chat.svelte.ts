import type { Link, LinkState } from '../connection/link';
import type { Failure } from '../models/answer';
import type { Chat } from '../models/chat';
import { buildRows, type Row } from '../models/rows';
import { RowWindow } from '../models/row-window';
import { DEFAULT_LIMITS, type Limits } from '../protocol';

const WITHOUT_FRAMES_MS = 250;

/**
 * The models as the views see them. Models say that something changed, however
 * often; the views hear of it once, with everything read at one moment.
 */
export class ChatState {
  rows = $state.raw<readonly Row[]>([]);
  link = $state.raw<LinkState>({ name: 'connecting' });
  nickname = $state.raw<string | null>(null);
  here = $state(false);
  joining = $state(false);
  catchingUp = $state(false);
  refusal = $state.raw<Failure | null>(null);
  limits = $state.raw<Limits>(DEFAULT_LIMITS);
  people = $state.raw<readonly string[]>([]);
  total = $state(0);
  typing = $state.raw<readonly string[]>([]);
  loaded = $state(false);
  paging = $state(false);
  /** The beginning of the log is on the page. */
  atBeginning = $state(false);
  /** Newer messages exist than are on the page. */
  moreBelow = $state(false);
  unread = $state(0);

  readonly #chat: Chat;
  readonly #link: Link;
  readonly #window = new RowWindow();
  #firstId: string | undefined;
  #due = false;

  constructor(chat: Chat, link: Link) {
    this.#chat = chat;
    this.#link = link;
    this.#read();
  }

  /**
   * To be called by the models, from anywhere. A busy room changes many times
   * between two frames and is read once for each; a page out of sight has no
   * frames, but a title that counts.
   */
  readonly changed = (): void => {
    if (this.#due) return;
    this.#due = true;
    const read = () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      this.#due = false;
      this.#read();
    };
    const frame = requestAnimationFrame(read);
    const timer = setTimeout(read, WITHOUT_FRAMES_MS);
  };

  /** The views' way to the acts of the person. */
  get chat(): Chat {
    return this.#chat;
  }

  retryNow(): void {
    this.#link.retryNow();
  }

  say(text: string): void {
    this.#goToEnd();
    this.#chat.say(text);
  }

  /** The reader nears the top of what is on the page. */
  up(): void {
    if (this.#window.up()) this.#read();
    else void this.#chat.loadOlder();
  }

  /** The reader nears the bottom of what is on the page. */
  down(): void {
    if (this.#window.down(this.#chat.timeline.messages.length)) this.#read();
  }

  toLatest(): void {
    this.#goToEnd();
    this.#read();
  }

  /** The reader sees the end, or not. */
  watch(watching: boolean): void {
    this.#chat.unread.watch(watching && !this.moreBelow);
    this.changed();
  }

  /** The reader is done with what was new. */
  markRead(): void {
    this.#chat.unread.clear();
    this.toLatest();
  }

  #goToEnd(): void {
    const { length } = this.#chat.timeline.messages;
    if (!this.#window.reaches(length)) this.#window.toEnd(length);
  }

  #read(): void {
    const { timeline, outbox, notices, unread, people } = this.#chat;
    if (this.#window.reaches(timeline.messages.length)) timeline.trim();
    this.#fitWindow();
    const { start, end } = this.#window;
    const toEnd = this.#window.reaches(timeline.messages.length);
    const messages = timeline.messages.slice(start, end);
    this.rows = buildRows(
      {
        messages,
        before: timeline.messages[start - 1],
        toEnd,
        pending: outbox.entries,
        notices: notices.list,
        unreadFrom: unread.first,
        nickname: this.#chat.nickname,
      },
      this.rows,
    );
    this.moreBelow = !toEnd;
    this.atBeginning = start === 0 && timeline.loaded && !timeline.more;
    this.loaded = timeline.loaded;
    this.unread = unread.count;
    this.people = people.names;
    this.total = people.total;
    this.link = this.#link.state;
    this.nickname = this.#chat.nickname;
    this.here = this.#chat.here;
    this.joining = this.#chat.joining;
    this.catchingUp = this.link.name === 'online' && (!this.#chat.here || timeline.joining);
    this.refusal = this.#chat.refusal;
    this.limits = this.#chat.limits;
    this.typing = this.#chat.typists.names;
    this.paging = this.#chat.paging;
  }

  #fitWindow(): void {
    const { messages } = this.#chat.timeline;
    const prepended = messages.findIndex((message) => message.id === this.#firstId);
    if (prepended === -1) this.#window.toEnd(messages.length);
    else this.#window.fit(messages.length, prepended);
    this.#firstId = messages[0]?.id;
  }
}
