import type { Texts } from '.';
import { settings as en } from './en/settings';
import { settings as zhCN } from './zh-CN/settings';

export const settings = { en, 'zh-CN': zhCN } satisfies Texts<typeof en>;
