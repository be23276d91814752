import { plural } from '../plural';

export const desk = {
  saved: 'Saved',
  savedIntro: 'Messages you have put aside. Only you see this list.',
  savedEmpty: 'Nothing saved yet.',
  savedHint: 'Choose “Save for later” on a message to find it here again.',
  unsave: 'Remove from saved',
  unsaved: 'Removed from saved.',
  undo: 'Undo',
  mentions: 'Mentions',
  mentionsIntro: 'Messages that mention you.',
  mentionsEmpty: 'Nobody has mentioned you yet.',
  mentionsHint: 'When somebody writes @ and your name, it appears here.',
  threads: 'Threads',
  threadsIntro: 'Threads you began, have written in, were mentioned in, or follow.',
  threadsEmpty: 'You follow no threads yet.',
  threadsHint: 'Answer a message in a thread, and it appears here.',
  unfollow: 'Stop following',
  unfollowed: 'You do not follow this thread any more.',
  newReplies: (count: number) =>
    count > 99
      ? '99+ new replies'
      : plural('en', count, { one: '1 new reply', other: `${count} new replies` }),
  replies: (count: number) => plural('en', count, { one: '1 reply', other: `${count} replies` }),
  noReplies: 'No replies yet',
  deleted: 'This message was deleted.',
  someRoom: 'A room',
  byYou: 'You',
};
