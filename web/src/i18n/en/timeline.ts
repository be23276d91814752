import { plural } from '../plural';

export const timeline = {
  label: 'Messages',
  newMessages: 'New',
  empty: 'Nothing has been said yet. Say hello.',
  beginning: 'This is where the conversation begins.',
  loadingOlder: 'Loading older messages…',
  loading: 'Loading messages…',
  toLatest: 'Jump to the latest messages',
  countNew: (count: number) => plural('en', count, { one: '1 new message', other: `${count} new messages` }),
};
