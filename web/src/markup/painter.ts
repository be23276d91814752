import type { Asked, Coloured, Span } from './spans';
import { PAINTER, trusted } from '../trusted';

type Spans = readonly Span[] | null;

/** Blocks that stay coloured when their rows go and come again. */
const MOST_KEPT = 100;

/** Asks a worker for the colours of code, each block once. */
export class Painter {
  #worker: Worker | undefined;
  #last = 0;
  readonly #kept = new Map<string, Promise<Spans>>();
  readonly #waiting = new Map<number, (spans: Spans) => void>();

  /** The same code in pieces, or null where there are no colours to be had. */
  colours(code: string, language: string): Promise<Spans> {
    const key = `${language}\n${code}`;
    const kept = this.#kept.get(key) ?? this.#ask(code, language);
    // What was used last is dropped last.
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return kept;
  }

  #ask(code: string, language: string): Promise<Spans> {
    return new Promise((resolve) => {
      const id = ++this.#last;
      this.#waiting.set(id, resolve);
      this.#started().postMessage({ id, code, language } satisfies Asked);
    });
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(trusted(PAINTER), { type: 'module' });
    worker.onmessage = ({ data: { id, spans } }: MessageEvent<Coloured>) => {
      this.#waiting.get(id)?.(spans);
      this.#waiting.delete(id);
    };
    // It did not load, as without a network: the code is read without colours, and asked for anew.
    worker.onerror = () => {
      for (const resolve of this.#waiting.values()) resolve(null);
      this.#waiting.clear();
      this.#kept.clear();
      worker.terminate();
      this.#worker = undefined;
    };
    this.#worker = worker;
    return worker;
  }
}

export const painter = new Painter();
