import type { Identity } from '../models/chat';
import type { OutboxShelf, Pending } from '../models/outbox';

const SECRET = 'causerie.secret';
const NICKNAME = 'causerie.nickname';
const OUTBOX = 'causerie.outbox.';
const DRAFT = 'causerie.draft';

/** The part of Web Storage that is used; null where the browser forbids it. */
type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

/** Everything the page remembers; in memory only where storage is forbidden. */
export class Memory {
  readonly #browser: Shelf;
  readonly #tab: Shelf;

  constructor(browser: Shelf = open('localStorage'), tab: Shelf = open('sessionStorage')) {
    this.#browser = browser;
    this.#tab = tab;
  }

  /** Shared by all tabs of this browser; whoever has it, has the nickname. */
  secret(): string {
    const known = this.#browser.getItem(SECRET);
    if (known !== null && known.length >= 32) return known;
    const bytes = crypto.getRandomValues(new Uint8Array(32));
    const secret = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    put(this.#browser, SECRET, secret);
    return secret;
  }

  identity(): Identity {
    const browser = this.#browser;
    let current = browser.getItem(NICKNAME);
    return {
      // Another tab may go on under another name: this one keeps its own.
      get nickname() {
        return current;
      },
      set nickname(nickname: string | null) {
        current = nickname;
        if (nickname === null) browser.removeItem(NICKNAME);
        else put(browser, NICKNAME, nickname);
      },
    };
  }

  /**
   * One key per message, so that tabs never overwrite each other. Two tabs may
   * both send an entry after a reload: it has one id, so it is kept once.
   */
  outbox(): OutboxShelf {
    const browser = this.#browser;
    return {
      load: () =>
        keys(browser)
          .filter((key) => key.startsWith(OUTBOX))
          .map((key) => parsePending(browser.getItem(key)))
          .filter((entry) => entry !== null),
      put: (entry) => put(browser, OUTBOX + entry.id, JSON.stringify(entry)),
      remove: (id) => browser.removeItem(OUTBOX + id),
    };
  }

  /** What stands in the composer, of this tab alone. */
  get draft(): string {
    return this.#tab.getItem(DRAFT) ?? '';
  }

  set draft(text: string) {
    if (text === '') this.#tab.removeItem(DRAFT);
    else put(this.#tab, DRAFT, text);
  }
}

function open(name: 'localStorage' | 'sessionStorage'): Shelf {
  try {
    return globalThis[name];
  } catch {
    return inMemory();
  }
}

function inMemory(): Shelf {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    key: (index) => [...items.keys()][index] ?? null,
    get length() {
      return items.size;
    },
  };
}

/** A full shelf must not stop a message from being sent. */
function put(shelf: Shelf, key: string, value: string): void {
  try {
    shelf.setItem(key, value);
  } catch (error) {
    console.warn('The browser has no room to remember this through a reload.', error);
  }
}

function keys(shelf: Shelf): string[] {
  return Array.from({ length: shelf.length }, (_, index) => shelf.key(index)).filter((key) => key !== null);
}

function parsePending(json: string | null): Pending | null {
  try {
    const entry = JSON.parse(json ?? 'null') as Partial<Pending> | null;
    if (typeof entry?.id !== 'string' || typeof entry.text !== 'string' || typeof entry.author !== 'string')
      return null;
    return {
      id: entry.id,
      author: entry.author,
      text: entry.text,
      at: entry.at ?? 0,
      triedAt: entry.triedAt ?? null,
      state: entry.state === 'failed' ? 'failed' : 'queued',
      failure: entry.failure ?? null,
    };
  } catch {
    return null;
  }
}
