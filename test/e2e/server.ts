import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const READY_WITHIN_MS = 20_000;

/** The real program, on a port and a data folder of its own. */
export class Server {
  readonly port: number;
  readonly #data: string;
  readonly #flags: readonly string[];
  #process: ChildProcess | undefined;
  #output = '';

  private constructor(port: number, data: string, flags: readonly string[]) {
    this.port = port;
    this.#data = data;
    this.#flags = flags;
  }

  static async start(flags: readonly string[] = []): Promise<Server> {
    const data = await mkdtemp(join(tmpdir(), 'causerie-data-'));
    const server = new Server(await freePort(), data, flags);
    await server.start();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const program = process.env['BIN'];
    if (program === undefined) throw new Error('BIN is not set: tests are started by playwright test.');
    const flags = ['serve', '--addr', `127.0.0.1:${this.port}`, '--data', this.#data, ...this.#flags];
    const child = spawn(program, flags, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    }
    this.#process = child;
    await this.#ready(child);
  }

  /** Ends the program at once, as a crash does. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async remove(): Promise<void> {
    await this.#end('SIGKILL');
    await rm(this.#data, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }

  async #ready(child: ChildProcess): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    while (Date.now() < deadline) {
      if (child.exitCode !== null) break;
      const answer = await fetch(`${this.url}/readyz`).catch(() => null);
      if (answer?.ok === true) return;
      await wait(50);
    }
    throw new Error(`The server did not become ready:\n${this.#output}`);
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  return address.port;
}
