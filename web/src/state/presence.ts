import type { Client } from '@causerie/client';
import { Idleness } from '../models/idleness';

/** A pointer that rests on a desk trembles; one word of activity in this time is enough. */
const EVERY_MS = 10_000;

/** Tells the server whether somebody is at this page; returns how to stop. */
export function tellPresence(client: Client): () => void {
  const tell = (state: 'online' | 'away') => {
    // Told again with the next connection.
    client.act('state-set', { state }).catch(() => undefined);
  };
  const idleness = new Idleness((away) => tell(away ? 'away' : 'online'));
  const stop = new AbortController();
  let last = 0;
  const active = () => {
    if (document.visibilityState === 'hidden' || Date.now() - last < EVERY_MS) return;
    last = Date.now();
    idleness.active();
  };
  for (const event of ['keydown', 'pointermove', 'pointerdown', 'wheel', 'touchstart'])
    addEventListener(event, active, { signal: stop.signal, passive: true });
  document.addEventListener('visibilitychange', active, { signal: stop.signal });
  const unhear = client.on('state', ({ name }) => {
    if (name === 'online' && idleness.away) tell('away');
  });
  return () => {
    stop.abort();
    idleness.end();
    unhear();
  };
}
