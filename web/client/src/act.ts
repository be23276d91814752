import type { ActName, In, Out } from './protocol/acts.js';

/** Asks the server to do something. Rejects with a Failure; `offline` at once when not connected. */
export type Act = <A extends ActName>(name: A, input: In<A>) => Promise<Out<A>>;
