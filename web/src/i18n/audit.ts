import type { Texts } from '.';
import { audit as en } from './en/audit';
import { audit as zhCN } from './zh-CN/audit';

export const audit = { en, 'zh-CN': zhCN } satisfies Texts<typeof en>;
