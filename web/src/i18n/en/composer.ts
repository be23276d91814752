import { plural } from '../plural';

export const composer = {
  label: 'Message',
  hint: (nickname: string) => `Write as ${nickname}`,
  send: 'Send',
  remaining: (count: number) =>
    plural('en', count, { one: '1 character left', other: `${count} characters left` }),
  tooLong: (count: number) =>
    plural('en', count, { one: '1 character too many', other: `${count} characters too many` }),
};
