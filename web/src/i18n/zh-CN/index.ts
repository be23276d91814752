import type { Dictionary } from '..';
import { composer } from './composer';
import { errors } from './errors';
import { shell } from './shell';
import { time } from './time';
import { timeline } from './timeline';

export const zhCN: Dictionary = { shell, timeline, composer, errors, time };
