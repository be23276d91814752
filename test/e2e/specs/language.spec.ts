import type { Page } from '@playwright/test';
import { settings } from '../../../web/src/i18n/en/settings';
import { settings as settingsZh } from '../../../web/src/i18n/zh-CN/settings';
import { entry } from '../../../web/src/i18n/en/entry';
import { entry as entryZh } from '../../../web/src/i18n/zh-CN/entry';
import { expect, test } from '../fixtures';
import { furnish } from '../house';
import { entrancesOf, viewsOf, visit } from '../views';

/** Everything that is read on the page as it is, or read out: its text, and what names and explains its parts. */
function said(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const told = new Set<string>([document.title]);
    const shown = (one: Element | null) => one?.checkVisibility({ visibilityProperty: true }) === true;
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
      // Code, keys and what people wrote are in no language of the app.
      if (shown(node.parentElement) && node.parentElement?.closest('code, pre, kbd, script, style') === null)
        told.add(node.textContent?.trim() ?? '');
    }
    for (const name of ['aria-label', 'aria-description', 'title', 'placeholder', 'alt']) {
      for (const one of document.querySelectorAll(`[${name}]`)) if (shown(one)) told.add(one.getAttribute(name) ?? '');
    }
    return [...told];
  });
}

/** Names of people, rooms, products and keys, and what was written in the house. */
const OURS = [
  ...['Causerie', 'Apache', 'License', 'Markdown', 'English', 'Enter', 'Shift', 'Ctrl', 'devel', 'node', 'AM', 'PM'],
  ...['Maison', 'Olga', 'Femke', 'Zed', 'Garden', 'Lobby', 'News', 'Attic', 'Weather bot', 'Advertising'],
  ...['In the garden', 'Tomatoes, mostly', 'Who has seen the watering can?', 'It is behind the shed.', 'Found it.'],
  ...['Who has seen the', 'watering can', 'With a hole in it, I fear.', 'see https://example.org/tomatoes, and run'],
  ...['https://example.org/tomatoes', 'https://example.org', 'see', ', and run', 'make', 'Buy cheap seeds at my place'],
  ...['Never mind', 'Thanks a lot', 'Thanks', 'Good morning, everybody', 'fmt.Println', 'func main()'],
].sort((one, other) => other.length - one.length);

/** A program that is built of a commit is called by its hash, which may hold letters side by side: "ec66eaa". */
const VERSION = /^[0-9a-f]{7,40}(-dirty)?$/u;

/** What is in Latin letters without being anybody's name. Of emoji, the Chinese names may hold some: "OK手势". */
function foreign(told: readonly string[], view = ''): string[] {
  return told.filter((line) => {
    if (VERSION.test(line)) return false;
    if (view === 'emoji' && /\p{Script=Han}|^(OK|DVD|DNA)$/u.test(line)) return false;
    return /\p{Script=Latin}{2,}/u.test(OURS.reduce((text, known) => text.replaceAll(known, ' '), line));
  });
}

/** The other way round: Chinese that is left in English. */
function chinese(told: readonly string[]): string[] {
  const written = ['林小雨', '明天见？', '太好了！', '你好', '简体中文', '林'];
  return told.filter((line) => /\p{Script=Han}/u.test(written.reduce((text, known) => text.replaceAll(known, ''), line)));
}

async function speaks(page: Page, locale: 'en' | 'zh-CN'): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('lang', locale);
}

test('every view changes its language as it stands, and leaves nothing behind', async ({ owner, member, open, server }) => {
  test.setTimeout(180_000);
  const house = await furnish(owner, member);
  const page = await open(owner, { baseURL: server.url });
  for (const view of viewsOf(house)) {
    await visit(page, view);
    await page.evaluate(() => Object.assign(window, { stays: true }));
    expect.soft(chinese(await said(page)), `${view.name}, English`).toEqual([]);
    await owner.do('PATCH', '/me/prefs', { locale: 'zh-CN' });
    await speaks(page, 'zh-CN');
    await expect.soft.poll(async () => foreign(await said(page), view.name), { message: `${view.name}, Chinese`, timeout: 2000 }).toEqual([]);
    await owner.do('PATCH', '/me/prefs', { locale: 'en' });
    await speaks(page, 'en');
    await expect.soft.poll(async () => chinese(await said(page)), { message: `${view.name}, English again`, timeout: 2000 }).toEqual([]);
    expect(await page.evaluate(() => 'stays' in window), `${view.name} was not loaded anew`).toBe(true);
  }
});

test('the way in speaks Chinese to those who do, before anybody asks', async ({ owner, member, open, server, trouble }) => {
  const house = await furnish(owner, member);
  const page = await open(undefined, { baseURL: server.url, at: '/', locale: 'zh-CN' });
  await speaks(page, 'zh-CN');
  await expect(page.getByRole('button', { name: entryZh.look })).toBeVisible();
  await page.getByRole('button', { name: entryZh.look }).click();
  await page.getByRole('menuitemcheckbox', { name: 'English' }).click();
  await expect(page.getByRole('button', { name: entry.look })).toBeVisible();
  for (const view of entrancesOf(house)) {
    await visit(page, view);
    await page.getByRole('button', { name: entry.look }).click();
    await page.getByRole('menuitemcheckbox', { name: '简体中文' }).click();
    await expect.soft.poll(async () => foreign(await said(page)), { message: view.name, timeout: 2000 }).toEqual([]);
    await page.getByRole('button', { name: entryZh.look }).click();
    await page.getByRole('menuitemcheckbox', { name: 'English' }).click();
    await expect.soft.poll(async () => chinese(await said(page)), { message: view.name, timeout: 2000 }).toEqual([]);
  }
  // The browser itself tells of an invitation that is gone.
  expect(trouble.splice(0).filter((line) => !line.includes('410'))).toEqual([]);
});

test('a wrong password is called one in Chinese, too', async ({ owner, open, trouble }) => {
  const page = await open(undefined, { at: '/', locale: 'zh-CN' });
  await page.getByRole('button', { name: entryZh.signIn, exact: true }).click();
  await page.getByLabel(entryZh.nameOrEmail).fill(owner.name);
  await page.getByLabel(entryZh.password, { exact: true }).fill('not the password');
  await page.getByRole('button', { name: entryZh.signIn, exact: true }).click();
  await expect(page.getByRole('alert')).toHaveText(entryZh.loginWrong);
  // What has to be put right has the focus.
  await expect(page.getByLabel(entryZh.password, { exact: true })).toBeFocused();
  // The browser itself tells of the refusal.
  expect(trouble.splice(0).filter((line) => !line.includes('401'))).toEqual([]);

  await owner.do('PATCH', '/me/prefs', { locale: 'zh-CN' });
  const inside = await open(owner, { at: '/settings/account', locale: 'zh-CN' });
  await inside.getByLabel(settingsZh.oldPassword).fill('not the password');
  await inside.getByLabel(settingsZh.newPassword).fill('another long password');
  await inside.getByRole('button', { name: settingsZh.changePassword }).click();
  await expect(inside.getByRole('alert')).toHaveText(settingsZh.oldWrong);
});

test('colours and language that were chosen are there from the first frame on', async ({ member, open, server }) => {
  const ann = await member('Ann');
  const page = await open(ann, { at: '/settings/appearance', colorScheme: 'light' });
  await page.getByLabel(settings.themeDark, { exact: true }).check();
  await page.getByLabel('简体中文', { exact: true }).check();
  await expect(page.getByRole('heading', { name: settingsZh.title })).toBeVisible();
  const colour = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  const dark = await colour();
  await page.addInitScript(() => {
    const seen: string[] = [];
    Object.assign(window, { seen });
    const look = () => {
      const { lang } = document.documentElement;
      const told = `${lang} ${getComputedStyle(document.documentElement).backgroundColor}`;
      // Before the style sheet there is nothing to see.
      if (document.body !== null && seen.at(-1) !== told) seen.push(told);
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  await page.reload();
  await expect(page.getByRole('heading', { name: settingsZh.title })).toBeVisible();
  expect(await page.evaluate(() => (window as unknown as { seen: string[] }).seen)).toEqual([`zh-CN ${dark}`]);
  // They belong to the account: another browser has them too, once it is signed in.
  const other = await open(ann, { at: '/r/lobby', colorScheme: 'light' });
  await speaks(other, 'zh-CN');
  await expect(other.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.goto(`${server.url}/settings/appearance`);
  await page.getByLabel(settingsZh.themeAuto, { exact: true }).check();
  await expect.poll(colour).not.toBe(dark);
});
