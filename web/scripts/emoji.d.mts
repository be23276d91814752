import type { Plugin } from 'vite';
import type { EmojiGroups } from '../src/models/emoji';

export function groupsOf(locale: string): EmojiGroups;
export function emoji(): Plugin;
