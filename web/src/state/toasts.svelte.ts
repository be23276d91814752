export interface Toast {
  readonly key: number;
  readonly text: string;
  readonly tone: 'plain' | 'wrong';
  /** Something to do about it. */
  readonly action?: { readonly label: string; readonly act: () => void };
  /** It went, and nothing was done about it. */
  readonly gone?: () => void;
}

const SHOWN_MS = 6000;
const MOST = 3;

/** Short notices in a corner that go away by themselves. */
class Toasts {
  list = $state.raw<readonly Toast[]>([]);
  #next = 0;
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();

  tell(text: string, options: Partial<Pick<Toast, 'tone' | 'action' | 'gone'>> = {}): void {
    const { tone = 'plain', action, gone } = options;
    const key = this.#next++;
    for (const old of this.list.slice(0, -(MOST - 1))) this.drop(old.key);
    this.list = [...this.list, { key, text, tone, ...(action && { action }), ...(gone && { gone }) }];
    this.resume(key);
  }

  /** Takes it away. */
  drop(key: number): void {
    this.#take(key)?.gone?.();
  }

  /** Does what it offers. */
  act(key: number): void {
    this.#take(key)?.action?.act();
  }

  /** Somebody is reading it, or about to press its button. */
  hold(key: number): void {
    clearTimeout(this.#timers.get(key));
  }

  resume(key: number): void {
    clearTimeout(this.#timers.get(key));
    this.#timers.set(
      key,
      setTimeout(() => this.drop(key), SHOWN_MS),
    );
  }

  #take(key: number): Toast | undefined {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    const taken = this.list.find((toast) => toast.key === key);
    this.list = this.list.filter((toast) => toast !== taken);
    return taken;
  }
}

export const toasts = new Toasts();
