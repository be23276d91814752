import type { errors as en } from '../en/errors';

export const errors: typeof en = {
  invalid: '服务器没有接受，请检查填写的内容。',
  unauthorized: '登录已失效，请重新登录。',
  forbidden: '你没有权限这样做。',
  banned: '你已被这个聊天室封禁，请联系版主解除。',
  'not-found': '内容不存在，或者你无法查看。',
  conflict: '情况刚刚有变，请看一下再试。',
  'nickname-taken': '这个名字已有人使用，请换一个。',
  'id-taken': '这条消息的编号已被占用。',
  gone: '这已经失效了。',
  'rate-limited': '操作太频繁，请等几秒再试。',
  unavailable: '服务器暂时无法处理，请稍后再试。',
  internal: '服务器出了点问题，请再试一次。',
  'unknown-event': '页面与服务器的版本不一致，请重新加载页面。',
  timeout: '服务器没有回应，请再试一次。',
  offline: '没有连接到服务器，请在恢复连接后再试。',
  expired: '超过一天未得到确认，可能已送达，也可能没有。',
};
