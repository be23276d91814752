import type { Chat } from '../models/chat';
import { isMessage } from '../protocol';

/** A message was kept, ours or another's. It may come twice around reconnects. */
export function chatMessage(chat: Chat, payload: unknown): void {
  if (isMessage(payload)) chat.takeMessage(payload);
}
