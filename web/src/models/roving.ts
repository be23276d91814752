/**
 * Which of a list's items has the focus after a key, or undefined if the key is
 * none of the list's. A list is one stop of Tab.
 */
export function moved<Key>(keys: readonly Key[], current: Key | undefined, key: string): Key | undefined {
  const at = current === undefined ? -1 : keys.indexOf(current);
  switch (key) {
    case 'ArrowDown':
      return keys[Math.min(keys.length - 1, at + 1)];
    case 'ArrowUp':
      return at === -1 ? keys.at(-1) : keys[Math.max(0, at - 1)];
    case 'Home':
      return keys[0];
    case 'End':
      return keys.at(-1);
    default:
      return undefined;
  }
}

/** The item that Tab reaches: the one that had the focus, else the last. */
export function stop<Key>(keys: readonly Key[], current: Key | undefined): Key | undefined {
  return current !== undefined && keys.includes(current) ? current : keys.at(-1);
}
