/** What somebody does comes first; this comes after it, at the latest then. */
const AT_THE_LATEST_MS = 5000;

/** Does something that nobody waits for when there is nothing else to do. */
export function inSpareTime(act: () => void): void {
  // Safari has no such thing.
  if (typeof requestIdleCallback === 'function') requestIdleCallback(act, { timeout: AT_THE_LATEST_MS });
  else setTimeout(act, 1000);
}
