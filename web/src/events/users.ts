import type { Chat } from '../models/chat';
import { isRoster } from '../protocol';

/** Who is here: after every introduction, and when many came or left at once. */
export function users(chat: Chat, payload: unknown): void {
  if (isRoster(payload)) chat.takeRoster(payload);
}
