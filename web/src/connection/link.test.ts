import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Backoff } from '../models/backoff';
import { Link, type LinkSocket } from './link';

type Event = 'connect' | 'disconnect' | 'connect_error';

class FakeSocket implements LinkSocket {
  connected = false;
  attempts = 0;
  readonly #listeners = new Map<Event, () => void>();

  connect(): void {
    this.attempts += 1;
  }
  disconnect(): void {
    this.fire('disconnect');
  }
  on(event: Event, listener: () => void): void {
    this.#listeners.set(event, listener);
  }
  fire(event: Event): void {
    this.connected = event === 'connect';
    this.#listeners.get(event)?.();
  }
}

function newLink() {
  const socket = new FakeSocket();
  const onOnline = vi.fn();
  const onLost = vi.fn();
  const link = new Link({
    socket,
    onOnline,
    onLost,
    onChange: () => undefined,
    backoff: new Backoff(() => 1),
  });
  link.open();
  return { socket, link, onOnline, onLost };
}

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

test('connects and says so', () => {
  const { socket, link, onOnline } = newLink();
  expect(link.state).toEqual({ name: 'connecting' });
  socket.fire('connect');
  expect(link.state).toEqual({ name: 'online' });
  expect(onOnline).toHaveBeenCalledOnce();
});

test('a drop is followed by tries, further and further apart', () => {
  const { socket, link, onLost } = newLink();
  socket.fire('connect');
  socket.fire('disconnect');
  expect(onLost).toHaveBeenCalledOnce();
  expect(link.state).toEqual({ name: 'waiting', retryAt: 1_001_000 });
  vi.advanceTimersByTime(1000);
  expect(socket.attempts).toBe(2);
  expect(link.state).toEqual({ name: 'connecting' });
  socket.fire('connect_error');
  expect(link.state).toEqual({ name: 'waiting', retryAt: 1_003_000 });
  vi.advanceTimersByTime(1999);
  expect(socket.attempts).toBe(2);
  vi.advanceTimersByTime(1);
  expect(socket.attempts).toBe(3);
  expect(onLost).toHaveBeenCalledOnce();
});

test('trying now does not try twice', () => {
  const { socket, link } = newLink();
  socket.fire('connect');
  socket.fire('disconnect');
  link.retryNow();
  link.retryNow();
  vi.advanceTimersByTime(60_000);
  expect(socket.attempts).toBe(2);
});

test('without a network nothing is tried; with it, at once', () => {
  const { socket, link } = newLink();
  socket.fire('connect');
  link.network(false);
  socket.fire('disconnect');
  expect(link.state).toEqual({ name: 'offline' });
  vi.advanceTimersByTime(60_000);
  expect(socket.attempts).toBe(1);
  link.network(true);
  expect(socket.attempts).toBe(2);
});

test('the network may also be found missing while waiting', () => {
  const { socket, link } = newLink();
  socket.fire('connect_error');
  link.network(false);
  expect(link.state).toEqual({ name: 'offline' });
  vi.advanceTimersByTime(60_000);
  expect(socket.attempts).toBe(1);
});
