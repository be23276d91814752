import type { Row } from '@causerie/client';
import { createContext } from 'svelte';
import type { Writing } from '../../state/composer.svelte';
import type { OpenRoom } from '../../state/room.svelte';

/** What messages can ask of the timeline that they are in. */
export interface Around {
  readonly open: OpenRoom;
  readonly writing: Writing;
  /** Opens what is too large to be in every message. */
  readonly ask: (question: Question) => void;
  /** Scrolls to a message, wherever it is. */
  readonly goTo: (seq: number) => void;
}

export interface Question {
  readonly about: 'delete' | 'versions' | 'react';
  readonly row: Row;
}

export const [getAround, setAround] = createContext<Around>();
