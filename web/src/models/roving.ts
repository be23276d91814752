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

/** Where the focus goes when the item that had it is gone: to what took its place, else to the last that is left. */
export function heir<Key>(before: readonly Key[], now: readonly Key[], gone: Key): Key | undefined {
  const left = new Set(now);
  const at = before.indexOf(gone);
  if (at === -1) return now.at(-1);
  const nearest = [...before.slice(at), ...before.slice(0, at).reverse()];
  return nearest.find((key) => left.has(key)) ?? now.at(-1);
}
