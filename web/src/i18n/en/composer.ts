import { plural } from '../plural';
import { span } from '../span';

export const composer = {
  label: 'Message',
  labelThread: 'Reply in thread',
  hint: (room: string) => `Message ${room}`,
  hintThread: 'Reply in thread…',
  send: 'Send',
  save: 'Save',
  remaining: (count: number) =>
    plural('en', count, { one: '1 character left', other: `${count} characters left` }),
  tooLong: (count: number) =>
    plural('en', count, { one: '1 character too many', other: `${count} characters too many` }),
  overLimit: 'This is too long to be sent. Shorten it, or send it in parts.',
  editing: 'Editing your message',
  answering: (name: string) => `Replying to ${name}`,
  cancelEdit: 'Cancel editing',
  cancelReply: 'Cancel reply',
  emoji: 'Insert an emoji',
  suggestions: 'Suggestions',
  suggested: (count: number) => plural('en', count, { one: '1 suggestion', other: `${count} suggestions` }),
  everybody: 'Everybody in this room',
  everybodyHere: 'Everybody who is online',
  slow: (seconds: number) => `Slow mode: write again in ${span(seconds, 's')}`,
  slowly: (seconds: number) => `Slow mode: one message every ${span(seconds, 's')}`,
  bold: 'Bold',
  italic: 'Italic',
  code: 'Code',
  formatting: 'Markdown works: **bold**, *italic*, `code`',
  newline: 'Shift + Enter for a new line',
  silence: {
    'not-joined': 'You are not in this room. Join it to write.',
    archived: 'This room is archived. It can be read, and nothing is added.',
    muted: 'You are muted in this room.',
    blocked: 'You have blocked this person. Unblock them to write.',
    announcement: 'Only moderators write here. You can answer in threads.',
    'read-only': 'This login may only read. Sign in with your password to write.',
  },
  mutedUntil: (when: string) =>
    `You are muted in this room until ${when}. You can read, and write again then.`,
  draftKept: 'What you have begun is kept.',
  join: 'Join this room',
  unblock: 'Unblock',
};
