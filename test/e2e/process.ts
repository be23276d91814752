import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const READY_WITHIN_MS = 20_000;

/** A program that runs beside the tests, with what it has written. */
export class Program {
  readonly #child: ChildProcess;
  output = '';

  constructor(command: string, flags: readonly string[]) {
    this.#child = spawn(command, flags, { stdio: ['ignore', 'pipe', 'pipe'] });
    // A program that cannot be started has ended.
    this.#child.on('error', (error) => (this.output += error.message));
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  get ended(): boolean {
    const { exitCode, signalCode, pid } = this.#child;
    return pid === undefined || exitCode !== null || signalCode !== null;
  }

  /** Resolves when it answers. */
  async ready(answers: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    while (Date.now() < deadline && !this.ended) {
      if (await answers().catch(() => false)) return;
      await wait(20);
    }
    throw new Error(`${this.#child.spawnfile} did not become ready:\n${this.output}`);
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.ended) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exit;
  }
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  return address.port;
}
