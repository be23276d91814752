import type { Texts } from '.';
import { desk as en } from './en/desk';
import { desk as zhCN } from './zh-CN/desk';

export const desk = { en, 'zh-CN': zhCN } satisfies Texts<typeof en>;
