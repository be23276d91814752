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
