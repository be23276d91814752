import { expect, type BrowserContext, type Locator, type Page } from '@playwright/test';
import { en } from '../../web/src/i18n/en';
import { zhCN } from '../../web/src/i18n/zh-CN';
import type { Account } from './account';

/** What the app says, in the language that most tests read it in. */
export const text = en;

/** One page of one person. */
export class Person {
  readonly account: Account;
  readonly page: Page;
  readonly context: BrowserContext;

  constructor(account: Account, page: Page) {
    this.account = account;
    this.page = page;
    this.context = page.context();
  }

  get name(): string {
    return this.account.name;
  }

  /** The middle of the page: the room, without what is beside it. */
  get room(): Locator {
    return this.page.getByRole('main');
  }

  /** The pane beside the room. */
  get aside(): Locator {
    return this.page.getByRole('complementary');
  }

  get sidebar(): Locator {
    return this.page.getByRole('navigation');
  }

  /** A room, or somebody to talk to, in the sidebar. */
  entry(name: string): Locator {
    return this.sidebar.getByRole('link').filter({ has: this.page.getByText(name, { exact: true }) });
  }

  get composer(): Locator {
    return this.room.getByLabel(either('composer', 'label'), { exact: true });
  }

  get profile(): Locator {
    // Its name also tells the status.
    return this.sidebar
      .getByRole('button', { name: en.shell.profileMenu('') })
      .or(this.sidebar.getByRole('button', { name: zhCN.shell.profileMenu('') }));
  }

  get banner(): Locator {
    return this.page.getByTestId('banner');
  }

  get typing(): Locator {
    return this.room.getByTestId('typing');
  }

  get scroller(): Locator {
    return this.room.locator('.scroller');
  }

  /** The line above the first new message. */
  get divider(): Locator {
    return this.room.locator('.divider');
  }

  /** Every message of the room on the page, in order. */
  get rows(): Locator {
    return this.room.getByRole('article');
  }

  row(text: string): Locator {
    return this.rows.filter({ has: this.page.locator('.text').getByText(text, { exact: true }) });
  }

  texts(): Promise<string[]> {
    return this.rows
      .locator('.text')
      .evaluateAll((texts) => texts.map((text) => (text as HTMLElement).innerText.trim()));
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  /** Says many things faster than anybody types. */
  async sayAll(texts: readonly string[]): Promise<void> {
    await this.composer.evaluate(async (field: HTMLTextAreaElement, texts) => {
      for (const text of texts) {
        field.value = text;
        field.dispatchEvent(new InputEvent('input', { bubbles: true, data: text }));
        field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
        await Promise.resolve();
      }
    }, texts);
  }

  /** Everything on the page is kept by the server. */
  async allSent(): Promise<void> {
    await expect(this.page.locator('article[data-state]:not([data-state="sent"])')).toHaveCount(0);
  }

  /** Chooses from what the toolbar of a message has behind "more". */
  async choose(row: Locator, item: string): Promise<void> {
    await row.hover();
    await row.getByRole('button', { name: text.timeline.more, exact: true }).click();
    await this.page.getByRole('menuitem', { name: item, exact: true }).click();
  }

  async online(): Promise<void> {
    await expect(this.composer).toBeVisible();
    await expect(this.room.getByRole('log')).toHaveAttribute('aria-busy', 'false');
    // On a phone the room stands alone.
    if (await this.sidebar.isVisible())
      await expect(this.profile).toContainText(new RegExp(`${en.shell.online}|${zhCN.shell.online}`));
  }
}

/** Either language's word, as a whole. */
function either(area: 'composer' | 'timeline', name: 'label'): RegExp {
  return new RegExp(`^(${en[area][name]}|${zhCN[area][name]})$`);
}
