import {
  test as base,
  expect,
  type BrowserContext,
  type BrowserContextOptions,
  type Locator,
  type Page,
} from '@playwright/test';
import { Server } from './server';
import { TcpProxy } from './tcpproxy';

export { expect };

/** One page of one person. */
export class Person {
  readonly nickname: string;
  readonly page: Page;
  readonly context: BrowserContext;

  constructor(nickname: string, page: Page) {
    this.nickname = nickname;
    this.page = page;
    this.context = page.context();
  }

  get composer(): Locator {
    return this.page.getByRole('textbox', { name: /^(Message|消息)$/ });
  }

  get status(): Locator {
    return this.page.getByTestId('status');
  }

  get banner(): Locator {
    return this.page.getByTestId('banner');
  }

  get typing(): Locator {
    return this.page.getByTestId('typing');
  }

  get people(): Locator {
    return this.page.getByTestId('people').first().getByRole('listitem');
  }

  /** Every message row, in order. */
  get rows(): Locator {
    return this.page.locator('[data-testid="messages"] > li[data-id]');
  }

  row(text: string): Locator {
    return this.rows.filter({ has: this.page.getByText(text, { exact: true }) });
  }

  async texts(): Promise<string[]> {
    return this.rows.locator('.text').allTextContents();
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  /** Says many things faster than anybody types. */
  async sayAll(texts: readonly string[]): Promise<void> {
    await this.composer.evaluate((field: HTMLTextAreaElement, texts) => {
      for (const text of texts) {
        field.value = text;
        field.dispatchEvent(new Event('input', { bubbles: true }));
        field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
      }
    }, texts);
  }

  /** Every message of ours is kept, and there are so many. */
  async allKept(count: number): Promise<void> {
    await expect(this.page.locator('li[data-state="kept"]')).toHaveCount(count, { timeout: 30_000 });
  }

  async join(): Promise<void> {
    await this.page.getByLabel('Your nickname').fill(this.nickname);
    await this.page.getByRole('button', { name: 'Join the chat' }).click();
    await this.online();
  }

  async online(): Promise<void> {
    await expect(this.status).toHaveText(/^(Online|在线)$/);
    await expect(this.page.getByRole('log')).toHaveAttribute('aria-busy', 'false');
  }
}

interface Options extends BrowserContextOptions {
  /** Another way to the server than the straight one. */
  readonly through?: string;
}

interface Fixtures {
  /** Flags of the server, beside its address and folder. */
  flags: readonly string[];
  server: Server;
  network: TcpProxy;
  /** What no page may do, as it happens; a test that provokes it takes it out. */
  trouble: string[];
  /** Opens the page in a browser of its own. */
  open: (options?: Options) => Promise<Page>;
  /** Opens the page and joins. */
  join: (nickname: string, options?: Options) => Promise<Person>;
}

export const test = base.extend<Fixtures>({
  // Tests write faster than people do; the one about floods has its own flags.
  flags: [['--send-rate', '0'], { option: true }],

  server: async ({ flags }, use) => {
    const server = await Server.start(flags);
    await use(server);
    await server.remove();
  },

  network: async ({ server }, use) => {
    const proxy = await TcpProxy.start(server.port);
    await use(proxy);
    await proxy.close();
  },

  trouble: async ({}, use) => use([]),

  open: async ({ browser, server, contextOptions, trouble }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async ({ through = server.url, ...options } = {}) => {
      const context = await browser.newContext({ ...contextOptions, ...options });
      contexts.push(context);
      context.on('page', (page) => watch(page, through, trouble));
      const page = await context.newPage();
      await page.goto(through);
      return page;
    });
    for (const context of contexts) await context.close();
    expect(trouble, 'errors, policy violations and requests to elsewhere').toEqual([]);
  },

  join: async ({ open }, use) => {
    await use(async (nickname, options) => {
      const person = new Person(nickname, await open(options));
      await person.join();
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
