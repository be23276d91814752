import type { time as en } from '../en/time';

export const time: typeof en = {
  today: '今天',
  yesterday: '昨天',
};
