import { io, type Socket } from 'socket.io-client';
import type { Answer, Failure } from '../models/answer';
import type { Wire } from '../models/wire';
import { isHistory, type ClientEvents, type Kept, type ServerEvents } from '../protocol';

export type ChatSocket = Socket<ServerEvents, ClientEvents>;

/** No answer in this time counts as none. */
const ANSWER_WITHIN_MS = 10_000;

/** A handshake that takes longer is tried anew, perhaps over a network that works. */
const CONNECT_WITHIN_MS = 10_000;

/**
 * The stock client. Websocket comes first: it is one round trip shorter and
 * needs no sticky sessions; where it is blocked, polling is tried. The secret
 * proves on every connection that the nickname is ours.
 */
export function newSocket(secret: string): ChatSocket {
  return io({
    auth: { secret },
    autoConnect: false,
    reconnection: false,
    timeout: CONNECT_WITHIN_MS,
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
  });
}

/** Makes acks of the server into answers. */
export function newWire(socket: ChatSocket): Wire {
  return {
    introduce: (nickname) =>
      ask(socket, (ack: AckOf<{ nickname: string }>) => timed(socket).emit('set-nickname', nickname, ack)),
    send: (message) => ask(socket, (ack: AckOf<Kept>) => timed(socket).emit('chat-message', message, ack)),
    history: async (before) => {
      const answer = await ask(socket, (ack: AckOf<unknown>) =>
        timed(socket).emit('history', { before }, ack),
      );
      if (!answer.ok) return answer;
      return isHistory(answer.value)
        ? { ok: true, value: answer.value }
        : { ok: false, failure: { code: 'internal', reason: '' } };
    },
    // Nobody misses a lost one, and a late one would be wrong.
    typing: () => void socket.volatile.emit('typing'),
  };
}

type AckOf<T> = (error: Error | null, ok?: boolean, result?: T | string, code?: Failure['code']) => void;

// The typings of socket.io-client do not follow acks of several shapes.
function timed(socket: ChatSocket): { emit(event: string, ...args: unknown[]): unknown } {
  return socket.timeout(ANSWER_WITHIN_MS);
}

const NO_ANSWER: Answer<never> = { ok: false, failure: { code: 'timeout', reason: '' } };

function ask<T>(socket: ChatSocket, emit: (ack: AckOf<T>) => void): Promise<Answer<T>> {
  // While disconnected the client would buffer the event and deliver it before
  // anybody knows who we are.
  if (!socket.connected) return Promise.resolve(NO_ANSWER);
  return new Promise((resolve) => {
    emit((error, ok, result, code) => {
      if (error !== null && error !== undefined) resolve(NO_ANSWER);
      else if (ok === true) resolve({ ok: true, value: result as T });
      else
        resolve({
          ok: false,
          failure: { code: code ?? 'internal', reason: typeof result === 'string' ? result : '' },
        });
    });
  });
}
