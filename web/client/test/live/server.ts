import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createClient, Failure, type Client, type ClientOptions, type View } from '../../src/index.js';
import { socketWire } from '../../src/wire.js';

const BIN = process.env['BIN'] ?? new URL('../../../../bin/causerie', import.meta.url).pathname;

/** A real server, whose process can be killed and started again on its data. */
export class LiveServer {
  readonly url: string;
  readonly #data: string;
  readonly #port: number;
  #process: ChildProcess | undefined;
  /** The code of the set-up link, as long as nobody owns the server. */
  code = '';

  private constructor(port: number, data: string) {
    this.#port = port;
    this.#data = data;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(): Promise<LiveServer> {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as { port: number };
    probe.close();
    await once(probe, 'close');
    const server = new LiveServer(port, await mkdtemp(join(tmpdir(), 'causerie-client-')));
    await server.run();
    return server;
  }

  async run(): Promise<void> {
    const args = ['serve', '--addr', `127.0.0.1:${this.#port}`, '--data', this.#data];
    this.#process = spawn(BIN, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const stderr = this.#process.stderr;
    if (stderr === null) throw new Error('The server has no standard error.');
    const lines = createInterface(stderr);
    // A server that nobody owns tells how to become its owner, last of all.
    let unowned = false;
    await new Promise<void>((resolve, reject) => {
      lines.on('line', (line) => {
        this.code = /setup#(\S+)/.exec(line)?.[1] ?? this.code;
        unowned ||= line.includes('nobody owns');
        if (line.includes(unowned ? 'setup#' : 'msg=ready')) resolve();
      });
      this.#process?.once('error', reject);
      this.#process?.once('exit', (code) => reject(new Error(`The server ended with ${code}.`)));
    });
  }

  /** As a power cut would. */
  async kill(): Promise<void> {
    const ended = this.#process && once(this.#process, 'exit');
    this.#process?.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#data, { recursive: true, force: true });
  }
}

/** A wire between the client and the real one, which loses what it is told to lose. */
export class Lossy {
  /** Entries get lost too, for as long as acks do: so that the ack alone can tell. */
  deaf = false;
  /** Acks of this act get lost, so often. */
  lose = { act: '', times: 0 };

  readonly make: NonNullable<ClientOptions['wire']> = (url, events) => {
    const told: typeof events.told = (event, payload) => {
      if (event !== 'entry' || !this.deaf || this.lose.times === 0) events.told(event, payload);
    };
    const wire = socketWire(url, { ...events, told });
    return {
      connect: () => wire.connect(),
      disconnect: () => wire.disconnect(),
      signal: (event, payload) => wire.signal(event, payload),
      ask: async (event, payload) => {
        const answer = await wire.ask(event, payload);
        if (event !== this.lose.act || this.lose.times === 0) return answer;
        this.lose.times -= 1;
        throw new Failure('timeout');
      },
    };
  };
}

export function guest(server: LiveServer, nickname: string, options: Partial<ClientOptions> = {}): Client {
  return createClient({ url: server.url, auth: { guest: nickname }, ...options });
}

/** Resolves when the view has come to show what is asked for. */
export function shows(view: View, wanted: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!wanted()) return;
      stop();
      resolve();
    };
    const stop = view.on('change', look);
    queueMicrotask(look);
  });
}

export function becomes(client: Client, name: Client['state']['name']): Promise<void> {
  return new Promise((resolve) => {
    const stop = client.on('state', (state) => {
      if (state.name !== name) return;
      stop();
      resolve();
    });
    if (client.state.name === name) {
      stop();
      resolve();
    }
  });
}
