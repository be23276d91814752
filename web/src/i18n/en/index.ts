import { composer } from './composer';
import { errors } from './errors';
import { shell } from './shell';
import { time } from './time';
import { timeline } from './timeline';

export const en = { shell, timeline, composer, errors, time };
