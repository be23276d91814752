import type { Chat } from '../models/chat';
import { isPersonChange } from '../protocol';

/** Somebody joined or left, once per person, however many tabs they have. */
export function usersChanged(chat: Chat, payload: unknown): void {
  if (isPersonChange(payload)) chat.takeChange(payload);
}
