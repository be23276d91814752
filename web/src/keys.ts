/**
 * An input method is at work, so the key is its own: Enter picks a word, Esc
 * drops it. Safari ends the composition before the keydown and tells it only
 * by key code 229.
 */
export function isComposing(event: Pick<KeyboardEvent, 'isComposing' | 'keyCode'>): boolean {
  return event.isComposing || event.keyCode === 229;
}

/** Whether this key sends what is in the composer. */
export function isSend(event: KeyboardEvent, touch: boolean): boolean {
  if (event.key !== 'Enter' || isComposing(event) || event.altKey) return false;
  if (event.ctrlKey || event.metaKey) return true;
  // On a screen keyboard there is no Shift+Enter; the button sends.
  return !event.shiftKey && !touch;
}

/** Where a shortcut is listened to: on the whole page, in a composer, or on a message. */
export type Where = 'anywhere' | 'composer' | 'message';

/**
 * Every shortcut of the app. Mod is Cmd on Apple's keyboards and Ctrl elsewhere.
 * Keys are as KeyboardEvent.key says; letters stand as capitals.
 */
export const shortcuts = [
  { name: 'switcher', keys: 'Mod+K', where: 'anywhere' },
  { name: 'shortcuts', keys: 'Mod+/', where: 'anywhere' },
  { name: 'previousRoom', keys: 'Alt+ArrowUp', where: 'anywhere' },
  { name: 'nextRoom', keys: 'Alt+ArrowDown', where: 'anywhere' },
  { name: 'previousUnread', keys: 'Alt+Shift+ArrowUp', where: 'anywhere' },
  { name: 'nextUnread', keys: 'Alt+Shift+ArrowDown', where: 'anywhere' },
  { name: 'nextPart', keys: 'F6', where: 'anywhere' },
  { name: 'previousPart', keys: 'Shift+F6', where: 'anywhere' },
  { name: 'markRead', keys: 'Escape', where: 'anywhere' },
  { name: 'markAllRead', keys: 'Shift+Escape', where: 'anywhere' },
  { name: 'pageUp', keys: 'PageUp', where: 'composer' },
  { name: 'pageDown', keys: 'PageDown', where: 'composer' },
  { name: 'oldestUnread', keys: 'Shift+PageUp', where: 'composer' },
  { name: 'latest', keys: 'Ctrl+End', where: 'composer' },
  { name: 'editLast', keys: 'ArrowUp', where: 'composer' },
  { name: 'bold', keys: 'Mod+B', where: 'composer' },
  { name: 'italic', keys: 'Mod+I', where: 'composer' },
  { name: 'code', keys: 'Mod+E', where: 'composer' },
  { name: 'edit', keys: 'E', where: 'message' },
  { name: 'reply', keys: 'R', where: 'message' },
  { name: 'thread', keys: 'T', where: 'message' },
  { name: 'react', keys: 'A', where: 'message' },
  { name: 'delete', keys: 'Delete', where: 'message' },
] as const satisfies readonly { name: string; keys: string; where: Where }[];

export type Shortcut = (typeof shortcuts)[number]['name'];

export const apple = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent);

/** The shortcut that a key press is there, or null: also while an input method is at work. */
export function shortcutOf(event: KeyboardEvent, where: Where, onApple = apple): Shortcut | null {
  if (isComposing(event)) return null;
  const found = (onApple ? onApples : onOthers).get(keysOf(event, onApple));
  return found?.[where] ?? null;
}

// Every key that is pressed is looked up, most of them in vain.
const onApples = tableOf(true);
const onOthers = tableOf(false);

type Meanings = Partial<Record<Where, Shortcut>>;

function tableOf(onApple: boolean): ReadonlyMap<string, Meanings> {
  const table = new Map<string, Meanings>();
  for (const { name, keys, where } of shortcuts) {
    const pressed = canonical(keys, onApple);
    table.set(pressed, { ...table.get(pressed), [where]: name });
  }
  return table;
}

function keysOf(event: KeyboardEvent, onApple: boolean): string {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const held = [
    (onApple ? event.metaKey : event.ctrlKey) && 'Mod',
    (onApple ? event.ctrlKey : event.metaKey) && 'Other',
    event.altKey && 'Alt',
    event.shiftKey && 'Shift',
  ];
  return [...held.filter(Boolean), key].join('+');
}

/** Ctrl is the Mod of keyboards that are not Apple's. */
function canonical(keys: string, onApple: boolean): string {
  return keys.replace('Ctrl+', onApple ? 'Other+' : 'Mod+');
}

const SIGNS: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
  Delete: 'Del',
};

/** The keys as they are printed on the reader's keyboard, one after the other. */
export function printed(keys: string, onApple = apple): string[] {
  return keys.split('+').map((key) => (key === 'Mod' ? (onApple ? '⌘' : 'Ctrl') : (SIGNS[key] ?? key)));
}
