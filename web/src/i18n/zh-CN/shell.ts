import type { shell as en } from '../en/shell';

export const shell: typeof en = {
  close: '关闭',
  cancel: '取消',
  back: '返回',
  you: '你',
  nowhere: '这个地址没有内容。',
  nowhereHint: '链接可能已过期，或者不完整。',
  home: '回到聊天室列表',
  rooms: '聊天室',
  unreachable: '服务器没有回应。',
  unreachableHint: '它可能正在启动，或者你的网络断开了。',
  tryAgain: '再试一次',
  opening: '正在打开…',
  loadFailed: '这一部分没有加载成功。',
  reload: '重新加载',
  unread: (count) => `${count} 条未读`,
};
