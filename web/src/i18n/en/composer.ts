import { plural } from '../plural';

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
  editing: 'Editing your message',
  answering: (name: string) => `Answering ${name}`,
  cancelEdit: 'Stop editing',
  cancelReply: 'Do not answer',
  emoji: 'Insert an emoji',
  suggestions: 'Suggestions',
  suggested: (count: number) => plural('en', count, { one: '1 suggestion', other: `${count} suggestions` }),
  everybody: 'Everybody in this room',
  everybodyHere: 'Everybody who is online',
  slow: (seconds: number) => `Slow mode: write again in ${seconds} s`,
  bold: 'Bold',
  italic: 'Italic',
  code: 'Code',
  formatting: 'Markdown works: **bold**, *italic*, `code`',
  newline: 'Shift + Enter for a new line',
  silence: {
    'not-joined': 'You are not in this room.',
    archived: 'This room is archived. It can be read, and nothing is added.',
    muted: 'You are muted in this room.',
    announcement: 'Only moderators write here. You can answer in threads.',
    'read-only': 'Here you can only read.',
  },
  mutedUntil: (when: string) => `You are muted in this room until ${when}.`,
  join: 'Join this room',
};
