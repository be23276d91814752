import type { Chat } from '../models/chat';
import { isHistory } from '../protocol';

/** The end of the log, after every introduction and before any live message. */
export function history(chat: Chat, payload: unknown): void {
  if (isHistory(payload)) void chat.takeHistory(payload);
}
