import type { Chat } from '../models/chat';

/** Somebody else is writing. There is no event for stopping: it expires. */
export function typing(chat: Chat, payload: unknown): void {
  if (typeof payload === 'string') chat.takeTyping(payload);
}
