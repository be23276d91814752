import type { Act } from './act.js';
import { Emitter } from './emitter.js';
import type { Author, Person, Presence } from './protocol/forms.js';

const ASK_AFTER_MS = 50;
/** At once, so that a long list of strangers does not use up the rate. */
const MOST_QUESTIONS = 4;

/** Who is known, and who is here. Whoever is not known yet is looked up. */
export class People extends Emitter<{ change: ReadonlySet<string> }> {
  readonly #act: Act;
  readonly #people = new Map<string, Person>();
  readonly #names = new Map<string, string>();
  #states = new Map<string, Presence>();
  readonly #wanted = new Set<string>();
  #asking = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #blocked: ReadonlySet<string> = new Set();

  constructor(act: Act) {
    super();
    this.#act = act;
  }

  /** Undefined until the answer has come: listen for `change`. */
  get(id: string): Person | undefined {
    const known = this.#people.get(id);
    if (known === undefined && !id.startsWith('~')) this.#want(id);
    return known;
  }

  /** The best name there is now; asks nobody. */
  name(id: string): string | undefined {
    return this.#people.get(id)?.name ?? this.#names.get(id);
  }

  state(id: string): Presence {
    return this.#states.get(id) ?? this.#people.get(id)?.state ?? 'offline';
  }

  get all(): Person[] {
    return [...this.#people.values()];
  }

  get online(): string[] {
    return [...this.#states].flatMap(([id, state]) => (state === 'offline' ? [] : [id]));
  }

  /** Those whose messages are folded away. */
  get blocked(): ReadonlySet<string> {
    return this.#blocked;
  }

  /** Takes what some answer told of people. */
  learn(people: readonly Person[]): void {
    for (const person of people) {
      this.#people.set(person.id, person);
      this.#wanted.delete(person.id);
    }
    if (people.length > 0) this.emit('change', new Set(people.map(({ id }) => id)));
  }

  met({ id, name }: Author): void {
    this.#names.set(id, name);
  }

  told(states: Readonly<Record<string, Presence>>, seen?: number): void {
    for (const [id, state] of Object.entries(states)) {
      this.#states.set(id, state);
      const person = this.#people.get(id);
      if (person !== undefined) this.#people.set(id, { ...person, state, ...(seen && { seen }) });
    }
    this.emit('change', new Set(Object.keys(states)));
  }

  /** Takes all who are here: whoever else was is not any more. */
  here(online: Readonly<Record<string, Presence>>): void {
    const before = [...this.#states.keys()];
    this.#states = new Map();
    const offline = before.filter((id) => !(id in online)).map((id) => [id, 'offline' as const]);
    this.told({ ...(Object.fromEntries(offline) as Record<string, Presence>), ...online });
    this.#schedule();
  }

  block(people: readonly string[]): void {
    this.#blocked = new Set(people);
    this.emit('change', this.#blocked);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #want(id: string): void {
    this.#wanted.add(id);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#wanted.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#ask();
    }, ASK_AFTER_MS);
  }

  #ask(): void {
    for (const id of this.#wanted) {
      if (this.#asking >= MOST_QUESTIONS) return;
      this.#wanted.delete(id);
      this.#asking += 1;
      this.#act('person', { person: id })
        .catch((error: { passing?: boolean }) => {
          // Asked again with the next welcome, or when somebody wants it.
          if (error.passing === true) this.#wanted.add(id);
        })
        .finally(() => {
          this.#asking -= 1;
          this.#schedule();
        });
    }
  }
}
