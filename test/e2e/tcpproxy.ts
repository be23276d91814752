import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A network between the browser and the server that can fail the way networks
 * do: `blackhole` carries nothing and says nothing, `reset` cuts at once.
 * Answers alone can be withheld, so that the server has stored what the
 * browser never hears of.
 */
export class TcpProxy {
  readonly #server: Server;
  readonly #pairs = new Set<{ client: Socket; server: Socket }>();
  #toServer = true;
  #toClient = true;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(target: number): Promise<TcpProxy> {
    const server = createServer({ pauseOnConnect: true });
    const proxy = new TcpProxy(server);
    server.on('connection', (client) => proxy.#join(client, target));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The proxy is not listening.');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Nothing passes, in neither direction, and nobody is told. */
  blackhole(): void {
    this.#toServer = false;
    this.#toClient = false;
  }

  /** The server hears everything, and is not heard. */
  withholdAnswers(): void {
    this.#toClient = false;
  }

  /** Cuts every connection; new ones pass again. */
  reset(): void {
    this.#toServer = true;
    this.#toClient = true;
    for (const { client, server } of this.#pairs) {
      client.resetAndDestroy();
      server.resetAndDestroy();
    }
  }

  /** New connections pass; those of before stay as dead as they were. */
  heal(): void {
    this.#toServer = true;
    this.#toClient = true;
  }

  async close(): Promise<void> {
    this.reset();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket, target: number): void {
    const server = connect(target, '127.0.0.1');
    const pair = { client, server };
    this.#pairs.add(pair);
    const forward = (from: Socket, to: Socket, passes: () => boolean) => {
      // What was swallowed once never arrives: a stream with a hole is dead.
      let dead = false;
      from.on('data', (chunk) => {
        if (!passes()) dead = true;
        else if (!dead) to.write(chunk);
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#pairs.delete(pair);
        to.destroy();
      });
    };
    forward(client, server, () => this.#toServer);
    forward(server, client, () => this.#toClient);
    client.resume();
  }
}
