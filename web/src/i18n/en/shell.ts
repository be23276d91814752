import { plural } from '../plural';

export const shell = {
  close: 'Close',
  cancel: 'Cancel',
  back: 'Back',
  you: 'you',
  nowhere: 'There is nothing at this address.',
  nowhereHint: 'The link may be old, or not complete.',
  home: 'Go to your rooms',
  rooms: 'Rooms',
  unreachable: 'The server does not answer.',
  unreachableHint: 'It may be starting, or your network may be down.',
  tryAgain: 'Try again',
  opening: 'Opening…',
  loadFailed: 'This part of the app could not be loaded.',
  reload: 'Reload',
  unread: (count: number) => plural('en', count, { one: '1 unread', other: `${count} unread` }),
};
