import type { Chat } from '../models/chat';
import { isLimits } from '../protocol';

/** Comes right after connecting: how long a message and a nickname may be. */
export function limits(chat: Chat, payload: unknown): void {
  if (isLimits(payload)) chat.takeLimits(payload);
}
