import { describe, expect, test } from 'vitest';
import { isComposing, isSend, printed, shortcutOf, shortcuts } from './keys';

const key = (init: Partial<KeyboardEvent> = {}) =>
  ({
    key: 'Enter',
    keyCode: 13,
    isComposing: false,
    altKey: false,
    ctrlKey: false,
    metaKey: false,
    shiftKey: false,
    ...init,
  }) as KeyboardEvent;

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

describe('shortcuts', () => {
  test('no keys mean two things at one place', () => {
    const taken = shortcuts.map(({ keys, where }) => `${where} ${keys}`);
    expect(new Set(taken).size).toBe(taken.length);
  });

  test.each([
    ['Ctrl+K', { key: 'k', ctrlKey: true }, false, 'switcher'],
    ['Cmd+K on a Mac', { key: 'k', metaKey: true }, true, 'switcher'],
    ['Ctrl+K on a Mac, which deletes a line', { key: 'k', ctrlKey: true }, true, null],
    ['Ctrl+Shift+K', { key: 'K', ctrlKey: true, shiftKey: true }, false, null],
    ['Ctrl+K while composing', { key: 'k', ctrlKey: true, keyCode: 229 }, false, null],
    ['Alt+↓', { key: 'ArrowDown', altKey: true }, false, 'nextRoom'],
    ['Alt+Shift+↓', { key: 'ArrowDown', altKey: true, shiftKey: true }, false, 'nextUnread'],
    ['Esc', { key: 'Escape' }, false, 'markRead'],
    ['Shift+Esc', { key: 'Escape', shiftKey: true }, false, 'markAllRead'],
    ['Esc while composing, which drops a word', { key: 'Escape', keyCode: 229 }, false, null],
    ['a letter', { key: 'e' }, false, null],
  ])('anywhere: %s', (_name, init, onApple, want) => {
    expect(shortcutOf(key({ ctrlKey: false, ...init }), 'anywhere', onApple)).toBe(want);
  });

  test.each([
    ['E', { key: 'e' }, 'edit'],
    ['E with Caps Lock', { key: 'E' }, 'edit'],
    ['R', { key: 'r' }, 'reply'],
    ['T', { key: 't' }, 'thread'],
    ['A', { key: 'a' }, 'react'],
    ['Del', { key: 'Delete' }, 'delete'],
    ['Ctrl+R, which reloads', { key: 'r', ctrlKey: true }, null],
    ['Shift+E', { key: 'E', shiftKey: true }, null],
    ['E while composing', { key: 'e', keyCode: 229 }, null],
  ])('on a message: %s', (_name, init, want) => {
    expect(shortcutOf(key(init), 'message', false)).toBe(want);
  });

  test.each([
    ['Shift+PgUp', { key: 'PageUp', shiftKey: true }, false, 'oldestUnread'],
    ['Ctrl+End', { key: 'End', ctrlKey: true }, false, 'latest'],
    ['Ctrl+End on a Mac', { key: 'End', ctrlKey: true }, true, 'latest'],
    ['Cmd+End on a Mac, which moves the caret', { key: 'End', metaKey: true }, true, null],
    ['Esc, which is for the whole page', { key: 'Escape' }, false, null],
  ])('in a composer: %s', (_name, init, onApple, want) => {
    expect(shortcutOf(key(init), 'composer', onApple)).toBe(want);
  });

  test('are told as printed on the keyboard', () => {
    expect(printed('Mod+K', true)).toEqual(['⌘', 'K']);
    expect(printed('Alt+Shift+ArrowUp', false)).toEqual(['Alt', 'Shift', '↑']);
  });
});
