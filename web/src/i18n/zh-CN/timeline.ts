import type { timeline as en } from '../en/timeline';

export const timeline: typeof en = {
  label: '消息',
  newMessages: '新消息',
  empty: '还没有人说话，打个招呼吧。',
  beginning: '对话从这里开始。',
  loadingOlder: '正在加载更早的消息…',
  loading: '正在加载消息…',
  toLatest: '跳到最新消息',
  countNew: (count) => `${count} 条新消息`,
};
