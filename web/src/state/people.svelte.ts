import type { Client, Person, Presence } from '@causerie/client';
import { session } from './session.svelte';

/**
 * Everybody that is known, as the views see them: what reads from here is
 * drawn again when somebody's name, status or presence changes.
 */
class PeopleState {
  #client: Client | undefined;
  #version = $state(0);
  #due = false;

  constructor() {
    session.follow((client) => {
      this.#client = client;
      client.people.on('change', () => this.#changed());
    });
  }

  /** Undefined until the server has been asked, which this does. */
  get(id: string): Person | undefined {
    return this.#now()?.get(id);
  }

  /** The best name there is. */
  name(id: string): string | undefined {
    return this.#now()?.name(id);
  }

  presence(id: string): Presence {
    const told = this.#now()?.state(id) ?? 'offline';
    // Nobody tells me that I am here.
    return told === 'offline' && id === session.me?.id && session.online ? 'online' : told;
  }

  blocked(id: string): boolean {
    return this.#now()?.blocked.has(id) === true;
  }

  get all(): readonly Person[] {
    return this.#now()?.all ?? [];
  }

  /** Makes whoever reads from here read again after a change. */
  #now(): Client['people'] | undefined {
    return this.#version < 0 ? undefined : this.#client?.people;
  }

  /** A busy server tells of many people in one turn: they are drawn once. */
  #changed(): void {
    if (this.#due) return;
    this.#due = true;
    setTimeout(() => {
      this.#due = false;
      this.#version += 1;
    }, 50);
  }
}

export const people = new PeopleState();
