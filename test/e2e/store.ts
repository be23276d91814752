import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, Program } from './process';

export type Kind = 'sqlite' | 'redis';

/** Where one server keeps everything: a folder or a Redis of its own. */
export class Store {
  readonly #folder: string;
  readonly #redis: Program | undefined;
  /** The folder, or the address of the Redis. */
  readonly where: string;
  /** How the server is told. */
  readonly flags: readonly string[];

  private constructor(folder: string, flag: '--data' | '--redis', where: string, redis?: Program) {
    this.#folder = folder;
    this.where = where;
    this.flags = [flag, where];
    this.#redis = redis;
  }

  static async create(kind: Kind): Promise<Store> {
    const folder = await mkdtemp(join(tmpdir(), 'causerie-data-'));
    if (kind === 'sqlite') return new Store(folder, '--data', folder);
    const port = await freePort();
    const redis = new Program('redis-server', [
      ...['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder],
      ...['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''],
    ]);
    await redis.ready(() => listens(port));
    return new Store(folder, '--redis', `redis://127.0.0.1:${port}/0`, redis);
  }

  async remove(): Promise<void> {
    await this.#redis?.end('SIGKILL');
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.destroy();
  return true;
}
