import { expect, test } from 'vitest';
import { hanInitials } from './han-initials';

test.each([
  ['产品讨论', 'cptl'],
  ['张伟', 'zw'],
  ['王芳', 'wf'],
  ['欧阳娜娜', 'oynn'],
  ['技术 2 组', 'js2z'],
  ['API 设计', 'apisj'],
  ['Lobby', ''],
  ['カフェ', ''],
])('%s', (name, want) => {
  expect(hanInitials(name)).toBe(want);
});
