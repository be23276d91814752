import { MediaQuery } from 'svelte/reactivity';

/** How many panes stand side by side: one on a phone, two on a tablet, three on a desk. */
const two = new MediaQuery('(min-width: 45rem)');
const three = new MediaQuery('(min-width: 75rem)');

export const screen = {
  get panes(): 1 | 2 | 3 {
    return three.current ? 3 : two.current ? 2 : 1;
  },
};
