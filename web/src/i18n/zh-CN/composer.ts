import type { composer as en } from '../en/composer';

export const composer: typeof en = {
  label: '消息',
  hint: (nickname) => `以“${nickname}”的身份发言`,
  send: '发送',
  remaining: (count) => `还可输入 ${count} 个字`,
  tooLong: (count) => `超出 ${count} 个字`,
};
