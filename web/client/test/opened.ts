import { vi } from 'vitest';
import type { View } from '../src/index.js';
import { FakeServer, join } from './server.js';

/** Lets everything happen that needs no time. */
export const settle = () => vi.advanceTimersByTimeAsync(0);
export const texts = (view: View) => view.rows.map(({ text }) => text);
export const states = (view: View) => view.rows.map(({ state }) => state);

/** Somebody who looks at the lobby. */
export async function opened(server = new FakeServer(), name = 'ann', options = {}) {
  const joined = join(server, name, options);
  const view = joined.client.room('lobby');
  await settle();
  return { server, view, ...joined };
}
