import { plural } from './plural';

/** English, and the type every other language has to satisfy. */
export const en = {
  tagline: 'One room, every word kept.',
  room: 'Lobby',

  nicknameLabel: 'Your nickname',
  nicknameHint: (limit: number) => `Up to ${limit} characters. Others see it beside what you write.`,
  enter: 'Join the chat',
  entering: 'Joining…',
  keepNickname: (nickname: string) => `Stay ${nickname}`,
  changeNickname: 'Change nickname',
  newNickname: 'A new nickname',

  refusedTaken: 'Somebody else has this nickname. Choose another one.',
  refusedEmpty: 'Type a nickname first.',
  refusedLong: (limit: number) => `That is too long: ${limit} characters at most.`,
  refusedInvalid: 'This nickname cannot be used. Use letters, digits and ordinary signs.',
  refusedUnavailable: 'The server cannot do that at the moment. Try again in a few seconds.',
  refusedOften: 'That was too often. Wait a few seconds and try again.',
  refusedTimeout: 'The server did not answer. Try again.',
  refusedInternal: 'Something went wrong on the server. Try again.',

  failedInvalid: 'The server did not accept this message.',
  failedNickname: 'The server did not know who you are.',
  failedId: 'Another message already has this number.',
  failedExpired: 'Not confirmed for a day: it may or may not have arrived.',
  notSent: (why: string) => `Not sent: ${why}`,

  online: 'Online',
  connecting: 'Connecting…',
  offline: 'Offline',
  reconnecting: 'Reconnecting…',
  bannerConnecting: 'Connecting to the server…',
  bannerOffline: 'You are offline. What you write is sent when the network is back.',
  bannerWaiting: (seconds: number) =>
    seconds > 0 ? `Connection lost. Trying again in ${seconds} s.` : 'Connection lost. Trying again…',
  bannerJoining: 'Connected. Catching up…',
  retryNow: 'Retry now',

  here: (count: number) => plural('en', count, { one: '1 person here', other: `${count} people here` }),
  peopleTitle: 'Who is here',
  you: 'you',
  andMore: (count: number) => plural('en', count, { one: 'and 1 more', other: `and ${count} more` }),
  close: 'Close',

  joined: (names: readonly string[]) => `${some(names)} joined`,
  left: (names: readonly string[]) => `${some(names)} left`,
  typing: (names: readonly string[]) => {
    const [first, second] = names;
    if (names.length > 2) return 'Several people are typing…';
    return second === undefined ? `${first} is typing…` : `${first} and ${second} are typing…`;
  },

  timeline: 'Messages',
  today: 'Today',
  yesterday: 'Yesterday',
  newMessages: 'New',
  empty: 'Nothing has been said yet. Say hello.',
  beginning: 'This is where the conversation begins.',
  loadingOlder: 'Loading older messages…',
  loading: 'Loading messages…',
  toLatest: 'Jump to the latest messages',
  countNew: (count: number) => plural('en', count, { one: '1 new message', other: `${count} new messages` }),

  composerLabel: 'Message',
  composerHint: (nickname: string) => `Write as ${nickname}`,
  send: 'Send',
  remaining: (count: number) =>
    plural('en', count, { one: '1 character left', other: `${count} characters left` }),
  tooLong: (count: number) =>
    plural('en', count, { one: '1 character too many', other: `${count} characters too many` }),

  stateQueued: 'Waiting to be sent',
  stateSending: 'Sending',
  stateKept: 'Kept by the server',
  stateFailed: 'Not sent',
  retry: 'Retry',
  edit: 'Edit',
  copy: 'Copy',
  copied: 'Copied',
  discard: 'Delete',

  settings: 'Settings',
  theme: 'Appearance',
  themeAuto: 'System',
  themeLight: 'Light',
  themeDark: 'Dark',
  language: 'Language',
};

export type Dictionary = typeof en;

function some(names: readonly string[]): string {
  const [first, second, third] = names;
  if (names.length > 3) return `${first}, ${second} and ${names.length - 2} others`;
  if (third !== undefined) return `${first}, ${second} and ${third}`;
  return second === undefined ? `${first}` : `${first} and ${second}`;
}
