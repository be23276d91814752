import type { listing as en } from '../en/listing';

export const listing: typeof en = {
  loading: '正在加载…',
  waiting: '正在等待连接…',
  more: '显示更多',
  copy: '复制',
  copied: '已复制。',
  copyFailed: '浏览器不允许复制，请选中文字自行复制。',
  saved: '已保存。',
  empty: '请先填写这一项。',
  done: '完成',
};
