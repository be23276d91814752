type Listener<T> = (value: T) => void;

/** Listeners by event; one that throws does not keep the others from hearing. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();

  /** Calls f on every event until the returned function is called. */
  on<E extends keyof Events>(event: E, f: Listener<Events[E]>): () => void {
    const set = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, set);
    set.add(f as Listener<never>);
    return () => void set.delete(f as Listener<never>);
  }

  protected emit<E extends keyof Events>(event: E, value: Events[E]): void {
    for (const f of [...(this.#listeners.get(event) ?? [])] as Listener<Events[E]>[]) {
      try {
        f(value);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
