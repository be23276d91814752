const KEY = 'causerie.room';

/** The room that this browser showed last. */
export function lastRoom(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

export function keepLastRoom(room: string): void {
  try {
    localStorage.setItem(KEY, room);
  } catch {
    // Without a storage the next visit begins in the lobby.
  }
}
