import type { Dictionary } from './en';

export const zhCN: Dictionary = {
  tagline: '一个聊天室，每句话都留得住。',
  room: '大厅',

  nicknameLabel: '你的昵称',
  nicknameHint: (limit) => `最多 ${limit} 个字，会显示在你的消息旁边。`,
  enter: '进入聊天',
  entering: '正在进入…',
  keepNickname: (nickname) => `继续用“${nickname}”`,
  changeNickname: '更换昵称',
  newNickname: '换一个昵称',

  refusedTaken: '这个昵称已有人使用，请换一个。',
  refusedEmpty: '请先输入昵称。',
  refusedLong: (limit) => `昵称太长，最多 ${limit} 个字。`,
  refusedInvalid: '这个昵称不能使用，请用文字、数字和常用符号。',
  refusedUnavailable: '服务器暂时无法处理，请稍后再试。',
  refusedOften: '操作太频繁，请等几秒再试。',
  refusedTimeout: '服务器没有回应，请再试一次。',
  refusedInternal: '服务器出了点问题，请再试一次。',

  failedInvalid: '服务器没有接受这条消息。',
  failedNickname: '服务器不知道你是谁。',
  failedId: '这条消息的编号已被占用。',
  failedExpired: '超过一天未得到确认，可能已送达，也可能没有。',
  notSent: (why) => `未发送：${why}`,

  online: '在线',
  connecting: '正在连接…',
  offline: '离线',
  reconnecting: '正在重连…',
  bannerConnecting: '正在连接服务器…',
  bannerOffline: '你已离线。写下的消息会在网络恢复后发送。',
  bannerWaiting: (seconds) => (seconds > 0 ? `连接已断开，${seconds} 秒后重试。` : '连接已断开，正在重试…'),
  bannerJoining: '已连接，正在补齐消息…',
  retryNow: '立即重试',

  here: (count) => `${count} 人在线`,
  peopleTitle: '谁在这里',
  you: '你',
  andMore: (count) => `还有 ${count} 人`,
  close: '关闭',

  joined: (names) => `${some(names)}加入了聊天`,
  left: (names) => `${some(names)}离开了`,
  typing: (names) => {
    const [first, second] = names;
    if (names.length > 2) return '好几个人正在输入…';
    return second === undefined ? `${first} 正在输入…` : `${first} 和 ${second} 正在输入…`;
  },

  timeline: '消息',
  today: '今天',
  yesterday: '昨天',
  newMessages: '新消息',
  empty: '还没有人说话，打个招呼吧。',
  beginning: '对话从这里开始。',
  loadingOlder: '正在加载更早的消息…',
  loading: '正在加载消息…',
  toLatest: '回到最新消息',
  countNew: (count) => `${count} 条新消息`,

  composerLabel: '消息',
  composerHint: (nickname) => `以“${nickname}”的身份发言`,
  send: '发送',
  remaining: (count) => `还可输入 ${count} 字`,
  tooLong: (count) => `超出 ${count} 字`,

  stateQueued: '等待发送',
  stateSending: '正在发送',
  stateKept: '服务器已保存',
  stateFailed: '未发送',
  retry: '重试',
  edit: '编辑',
  copy: '复制',
  copied: '已复制',
  discard: '删除',

  settings: '设置',
  theme: '外观',
  themeAuto: '跟随系统',
  themeLight: '浅色',
  themeDark: '深色',
  language: '语言',
};

function some(names: readonly string[]): string {
  if (names.length > 3) return `${names.slice(0, 2).join('、')}等 ${names.length} 人`;
  return `${names.join('、')} `;
}
