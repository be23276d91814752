import type { Texts } from '.';
import { admin as en } from './en/admin';
import { admin as zhCN } from './zh-CN/admin';

export const admin = { en, 'zh-CN': zhCN } satisfies Texts<typeof en>;
