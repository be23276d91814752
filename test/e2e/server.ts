import { execFileSync } from 'node:child_process';
import { freePort, Program } from './process';
import { Store, type Kind } from './store';

/** The real program, on a port and a store of its own. */
export class Server {
  readonly port: number;
  readonly #store: Store;
  readonly #flags: readonly string[];
  #program: Program | undefined;

  private constructor(port: number, store: Store, flags: readonly string[]) {
    this.port = port;
    this.#store = store;
    this.#flags = flags;
  }

  static async start(kind: Kind, flags: readonly string[]): Promise<Server> {
    const server = new Server(await freePort(), await Store.create(kind), flags);
    await server.start();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The code that makes somebody the owner, as the log told it at the start. */
  get code(): string {
    const code = /setup#([\w-]+)/.exec(this.#program?.output ?? '')?.[1];
    if (code === undefined) throw new Error(`The server told no set-up code:\n${this.#program?.output}`);
    return code;
  }

  async start(version: 'same' | 'newer' = 'same'): Promise<void> {
    const command = built(version === 'newer' ? 'NEWER' : 'BIN');
    const flags = ['serve', '--addr', `127.0.0.1:${this.port}`, ...this.#store.flags, ...this.#flags];
    this.#program = new Program(command, flags);
    await this.#program.ready(async () => (await fetch(`${this.url}/readyz`)).ok);
  }

  /** Ends the program at once, as a crash does. */
  async kill(): Promise<void> {
    await this.#program?.end('SIGKILL');
  }

  /** Ends it as an operator does: everybody is sent away first. */
  async stop(): Promise<void> {
    await this.#program?.end('SIGTERM');
  }

  /** Puts a long conversation into the store of a server that is stopped. */
  fill(count: number, room: string, authors: readonly { id: string; name: string }[]): void {
    const people = authors.map(({ id, name }) => `${id}:${name}`);
    execFileSync(built('SEED'), [this.#store.where, `${count}`, room, ...people], { stdio: 'inherit' });
  }

  async remove(): Promise<void> {
    await this.#program?.end('SIGKILL');
    await this.#store.remove();
  }
}

/** What build.ts has made. */
function built(name: 'BIN' | 'NEWER' | 'SEED'): string {
  const program = process.env[name];
  if (program === undefined) throw new Error(`${name} is not set: tests are started by playwright test.`);
  return program;
}
