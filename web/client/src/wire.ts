import { io } from 'socket.io-client';
import { Failure, failureOf } from './failure.js';

/** No answer in this time counts as none. */
const ANSWER_WITHIN_MS = 10_000;

/** A handshake that takes longer is tried anew, perhaps over a network that works. */
const CONNECT_WITHIN_MS = 10_000;

/** What happens on a wire. */
export interface WireEvents {
  /** What to show the server in connecting: asked for each time. */
  auth(): Promise<object>;
  /** The server does not let us in, or there is no way to it. */
  refused(failure: Failure): void;
  lost(): void;
  told(event: string, payload: unknown): void;
}

/** One connection to the server, which does not come back by itself. */
export interface Wire {
  connect(): void;
  disconnect(): void;
  /** Rejects with a Failure. */
  ask(event: string, payload: object): Promise<unknown>;
  /** May be lost without a word. */
  signal(event: string, payload: object): void;
}

/**
 * The stock Socket.IO client. Websocket comes first: it is one round trip
 * shorter and needs no sticky sessions; where it is blocked, polling is tried.
 */
export function socketWire(url: string, events: WireEvents): Wire {
  const socket = io(`${url.replace(/\/$/, '')}/chat`, {
    auth: (give) => void events.auth().then(give, (error: unknown) => events.refused(failureOf(error))),
    autoConnect: false,
    forceNew: true,
    reconnection: false,
    timeout: CONNECT_WITHIN_MS,
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
  });
  socket.on('connect_error', (error: Error & { data?: unknown }) => {
    events.refused(
      error.data
        ? failureOf({ message: error.message, ...error.data })
        : new Failure('offline', error.message),
    );
  });
  socket.on('disconnect', () => events.lost());
  socket.onAny((event: string, payload: unknown) => events.told(event, payload));
  return {
    connect: () => void socket.connect(),
    disconnect: () => void socket.disconnect(),
    signal: (event, payload) => void socket.volatile.emit(event, payload),
    async ask(event, payload) {
      // The stock client would keep it and send it on the next connection.
      if (!socket.connected) throw new Failure('offline');
      const answer = (await socket
        .timeout(ANSWER_WITHIN_MS)
        .emitWithAck(event, payload)
        .catch(() => {
          throw new Failure('timeout');
        })) as { ok?: boolean; error?: unknown };
      if (answer?.ok !== true) throw failureOf(answer?.error);
      return answer;
    },
  };
}
