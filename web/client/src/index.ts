export type * from './protocol/forms.js';
export type { ActName, Acts, In, Out, Told, ToldName } from './protocol/acts.js';
export type { Row } from './row.js';
export { Failure, type Code, type Reason } from './failure.js';
