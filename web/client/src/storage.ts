/**
 * Where the client keeps what must outlive the page or process: the outbox,
 * drafts, the token of a guest. Values are plain JSON. Tabs of one browser may
 * share one; every key has one writer at a time.
 */
export interface Storage {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<void>;
  /** All whose key begins with the prefix, in the order of keys. */
  list(prefix: string): Promise<[key: string, value: unknown][]>;
}

/** Forgets everything with the process. */
export function memoryStorage(): Storage {
  const kept = new Map<string, unknown>();
  return {
    get: (key) => Promise.resolve(kept.get(key)),
    set: (key, value) => Promise.resolve(void kept.set(key, structuredClone(value))),
    delete: (key) => Promise.resolve(void kept.delete(key)),
    list: (prefix) =>
      Promise.resolve(
        [...kept].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
  };
}

/** Writes in the background: a full or forbidden storage must not stop a message. */
export class Keeper {
  readonly storage: Storage;
  readonly #failed: (error: unknown) => void;

  constructor(storage: Storage, failed: (error: unknown) => void) {
    this.storage = storage;
    this.#failed = failed;
  }

  set(key: string, value: unknown): void {
    this.storage.set(key, value).catch(this.#failed);
  }

  delete(key: string): void {
    this.storage.delete(key).catch(this.#failed);
  }

  async list(prefix: string): Promise<[string, unknown][]> {
    try {
      return await this.storage.list(prefix);
    } catch (error) {
      this.#failed(error);
      return [];
    }
  }

  async get(key: string): Promise<unknown> {
    try {
      return await this.storage.get(key);
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }
}
