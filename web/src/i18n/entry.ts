import type { Texts } from '.';
import { entry as en } from './en/entry';
import { entry as zhCN } from './zh-CN/entry';

export const entry = { en, 'zh-CN': zhCN } satisfies Texts<typeof en>;
