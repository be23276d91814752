import {
  test as base,
  expect,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from '@playwright/test';
import { Account, PASSWORD } from './account';
import { Person, text } from './person';
import { Server } from './server';
import type { Kind } from './store';
import { TcpProxy } from './tcpproxy';

export { Account, expect, PASSWORD, Person, text };

export interface Options extends BrowserContextOptions {
  /** Another way to the server than the straight one. */
  readonly through?: string;
  /** The place to open; otherwise the lobby. */
  readonly at?: string;
}

/** What a project of playwright.config.ts decides. */
export interface Settings {
  /** What the servers keep everything in. */
  store: Kind;
}

interface Fixtures {
  /** Flags of the server, beside its address and store. */
  flags: readonly string[];
  server: Server;
  /** Whose house it is: the server is set up, everybody may come in. */
  owner: Account;
  network: TcpProxy;
  /** What no page may do, as it happens; a test that provokes it takes it out. */
  trouble: string[];
  /** Makes an account that no page belongs to. */
  member: (name: string) => Promise<Account>;
  /** Opens the app in a browser of its own, signed in as somebody or as nobody. */
  open: (account?: Account, options?: Options) => Promise<Page>;
  /** Opens the app as somebody, who is new if only the name is said, and waits until it is online. */
  join: (who: string | Account, options?: Options) => Promise<Person>;
}

export const test = base.extend<Fixtures & Settings>({
  store: ['sqlite', { option: true }],

  // Tests write faster than people do; the one about floods has its own flags.
  flags: [['--send-rate', '0'], { option: true }],

  server: async ({ flags, store }, use) => {
    const server = await Server.start(store, flags);
    await use(server);
    await server.remove();
  },

  owner: async ({ server }, use) => {
    const house = { name: 'Maison', registration: 'open', guests: true };
    await use(
      await Account.open(server, 'setup', {
        code: server.code,
        name: 'Olga',
        password: PASSWORD,
        server: house,
      }),
    );
  },

  network: async ({ server }, use) => {
    const proxy = await TcpProxy.start(server.port);
    await use(proxy);
    await proxy.close();
  },

  trouble: async ({}, use) => use([]),

  member: async ({ server, owner }, use) => {
    // Nobody comes in before the house is somebody's.
    void owner;
    await use((name) => Account.open(server, 'accounts', { name, password: PASSWORD }));
  },

  open: async ({ browser, server, contextOptions, trouble }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (account, { through = server.url, at = '/r/lobby', ...options } = {}) => {
      const context = await browser.newContext({ ...contextOptions, ...options });
      contexts.push(context);
      context.on('page', (page) => watch(page, through, trouble));
      if (account !== undefined) {
        const cookie = { name: 'causerie', value: account.token, url: through, httpOnly: true };
        await context.addCookies([{ ...cookie, sameSite: 'Lax' }]);
      }
      const page = await context.newPage();
      await page.goto(`${through}${at}`);
      return page;
    });
    for (const context of contexts) await context.close();
    expect(trouble, 'errors, policy violations and requests to elsewhere').toEqual([]);
  },

  join: async ({ member, open }, use) => {
    await use(async (who, options) => {
      const account = typeof who === 'string' ? await member(who) : who;
      const person = new Person(account, await open(account, options));
      await person.online();
      return person;
    });
  },
});

function watch(page: Page, origin: string, trouble: string[]): void {
  page.on('pageerror', (error) => trouble.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    trouble.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    const text = message.text();
    // Connections fail in these tests on purpose.
    if (message.type() !== 'error' || /WebSocket connection|net::ERR_/.test(text)) return;
    trouble.push(`console: ${text}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) trouble.push(`request: ${request.url()}`);
  });
  page.on('websocket', (socket) => {
    if (!socket.url().startsWith(`${origin.replace('http', 'ws')}/`))
      trouble.push(`websocket: ${socket.url()}`);
  });
}
