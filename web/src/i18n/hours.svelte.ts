export const HOURS = ['auto', '24', '12'] as const;
/** How the time of day is written; auto is as usual for the language. */
export type Hours = (typeof HOURS)[number];

/** Whatever shows a time is drawn again when this changes. */
export const hours = $state<{ style: Hours }>({ style: 'auto' });
