import type { Chat } from '../models/chat';
import type { ServerEvents } from '../protocol';
import { chatMessage } from './chat-message';
import { history } from './history';
import { limits } from './limits';
import { typing } from './typing';
import { users } from './users';
import { usersChanged } from './users-changed';

/** Every event of the server and what it does; the type forgets none. */
const handlers: Record<keyof ServerEvents, (chat: Chat, payload: unknown) => void> = {
  limits,
  users,
  'users-changed': usersChanged,
  history,
  'chat-message': chatMessage,
  typing,
};

export function listen(
  on: (event: keyof ServerEvents, listener: (payload: unknown) => void) => unknown,
  chat: Chat,
): void {
  for (const event of Object.keys(handlers) as (keyof ServerEvents)[]) {
    on(event, (payload) => handlers[event](chat, payload));
  }
}
