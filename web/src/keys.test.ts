import { describe, expect, test } from 'vitest';
import { isComposing, isSend } from './keys';

const key = (init: Partial<KeyboardEvent> = {}) =>
  ({ key: 'Enter', keyCode: 13, isComposing: false, ...init }) as KeyboardEvent;

test.each([
  ['Chromium and Firefox', { isComposing: true, keyCode: 229 }, true],
  ['a composition told without the old code', { isComposing: true, keyCode: 13 }, true],
  ['Safari, after compositionend', { isComposing: false, keyCode: 229 }, true],
  ['no composition', { isComposing: false, keyCode: 13 }, false],
])('composing: %s', (_name, init, want) => {
  expect(isComposing(key(init))).toBe(want);
});

describe('what sends', () => {
  test.each([
    ['Enter', {}, false, true],
    ['Enter while composing', { isComposing: true }, false, false],
    ['Enter while composing in Safari', { keyCode: 229 }, false, false],
    ['Ctrl+Enter while composing', { ctrlKey: true, keyCode: 229 }, false, false],
    ['Shift+Enter', { shiftKey: true }, false, false],
    ['Ctrl+Enter', { ctrlKey: true }, false, true],
    ['Cmd+Enter', { metaKey: true }, false, true],
    ['Alt+Enter', { altKey: true }, false, false],
    ['Enter on a screen keyboard', {}, true, false],
    ['Ctrl+Enter on a tablet with keys', { ctrlKey: true }, true, true],
    ['another key', { key: 'a' }, false, false],
  ])('%s', (_name, init, touch, want) => {
    expect(isSend(key(init), touch)).toBe(want);
  });
});
