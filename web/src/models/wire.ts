import type { History, Kept } from '../protocol';
import type { Answer } from './answer';

/** What the models ask of a connection. Only to be used while connected. */
export interface Wire {
  introduce(nickname: string): Promise<Answer<{ nickname: string }>>;
  send(message: { message: string; id: string }): Promise<Answer<Kept>>;
  history(before: number): Promise<Answer<History>>;
  typing(): void;
}
