import type { Texts } from '.';
import { listing as en } from './en/listing';
import { listing as zhCN } from './zh-CN/listing';

export const listing = { en, 'zh-CN': zhCN } satisfies Texts<typeof en>;
