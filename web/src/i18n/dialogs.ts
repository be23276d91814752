import type { Texts } from '.';
import { dialogs as en } from './en/dialogs';
import { dialogs as zhCN } from './zh-CN/dialogs';

export const dialogs = { en, 'zh-CN': zhCN } satisfies Texts<typeof en>;
