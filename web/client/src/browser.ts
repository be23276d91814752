import type { Client } from './client.js';
import type { Storage } from './storage.js';
import { uuidv7 } from './uuid.js';

const SHELF = 'kept';
const UNKEPT = 'causerie.unkept';

/** Keeps things in IndexedDB, shared by all tabs of the browser. */
export function indexedDBStorage(name = 'causerie'): Storage {
  const unkept = new Unkept();
  let opened: Promise<IDBDatabase> | undefined;
  const open = () =>
    (opened ??= new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => void request.result.createObjectStore(SHELF);
      request.onsuccess = () => {
        // Another version of the page must not wait for this tab.
        request.result.onversionchange = () => request.result.close();
        // The browser may close it too, when somebody clears its data.
        request.result.onclose = () => (opened = undefined);
        resolve(request.result);
      };
      request.onerror = () => reject(request.error ?? new Error('IndexedDB does not open.'));
    }).catch((error: unknown) => {
      opened = undefined;
      throw error;
    }));
  /** Asks in one transaction; what ask returns reads the answers once they are there. */
  const run = async <T>(mode: IDBTransactionMode, ask: (shelf: IDBObjectStore) => () => T): Promise<T> => {
    const transaction = (await open()).transaction(SHELF, mode);
    const answer = ask(transaction.objectStore(SHELF));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(answer());
      transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB refused.'));
    });
  };
  const change = (key: string, value: unknown) => {
    const kept = unkept.add(key, value);
    return run('readwrite', (shelf) => {
      if (value === undefined) shelf.delete(key);
      else shelf.put(value, key);
      return kept;
    });
  };
  for (const [key, value] of unkept.left()) change(key, value).catch(() => undefined);
  return {
    get: (key) =>
      run('readonly', (shelf) => {
        const request = shelf.get(key) as IDBRequest<unknown>;
        return () => request.result;
      }),
    set: (key, value) => change(key, value),
    delete: (key) => change(key, undefined),
    list(prefix) {
      const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
      // Both of one moment: another tab may write between two transactions, and
      // then values would stand under the keys of others.
      return run('readonly', (shelf) => {
        const keys = shelf.getAllKeys(range);
        const values = shelf.getAll(range) as IDBRequest<unknown[]>;
        return () => keys.result.map((key, index) => [String(key), values.result[index]]);
      });
    },
  };
}

/**
 * What is written to the database and not there yet. A page that ends takes its
 * transactions with it: it leaves them to the next one of this tab.
 */
class Unkept {
  readonly #writing = new Map<string, { readonly value?: unknown }>();
  #ending = false;

  constructor() {
    // First of all who hear of it: they write, too.
    addEventListener('pagehide', () => this.#end(true), { capture: true });
    addEventListener('pageshow', () => this.#end(false));
  }

  /** What the page before has left, once. */
  left(): [key: string, value: unknown][] {
    try {
      const found = JSON.parse(sessionStorage.getItem(UNKEPT) ?? '[]') as [string, { value?: unknown }][];
      sessionStorage.removeItem(UNKEPT);
      return found.map(([key, { value }]) => [key, value]);
    } catch {
      return [];
    }
  }

  /** Returns what to call when it is kept. */
  add(key: string, value: unknown): () => void {
    const one = { value };
    this.#writing.set(key, one);
    if (this.#ending) this.#leave();
    return () => {
      if (this.#writing.get(key) === one) this.#writing.delete(key);
    };
  }

  #end(ending: boolean): void {
    this.#ending = ending;
    if (ending) this.#leave();
    // The page was only out of sight: it goes on by itself.
    else this.left();
  }

  #leave(): void {
    try {
      sessionStorage.setItem(UNKEPT, JSON.stringify([...this.#writing]));
    } catch {
      // No storage, or a full one: what the database took in time is kept.
    }
  }
}

/** The same name for this tab after a reload. */
export function tabName(): string {
  try {
    const name = sessionStorage.getItem('causerie.tab') ?? uuidv7();
    sessionStorage.setItem('causerie.tab', name);
    return name;
  } catch {
    return uuidv7();
  }
}

/** Tells the client of the network, and that somebody looks again; returns how to stop. */
export function watchBrowser(client: Client): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  addEventListener('online', () => client.network(true), { signal });
  addEventListener('offline', () => client.network(false), { signal });
  addEventListener('pagehide', () => client.drafts.flush(), { signal });
  document.addEventListener(
    'visibilitychange',
    () => (document.visibilityState === 'visible' ? client.retryNow() : client.drafts.flush()),
    { signal },
  );
  client.network(navigator.onLine);
  return () => stop.abort();
}
