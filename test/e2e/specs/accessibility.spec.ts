import type { Locator, Page } from '@playwright/test';
import { entry } from '../../../web/src/i18n/en/entry';
import { entry as entryZh } from '../../../web/src/i18n/zh-CN/entry';
import { findings } from '../axe';
import { expect, test, text, type Account } from '../fixtures';
import { furnish } from '../house';
import { entrancesOf, viewsOf, visit } from '../views';

/** What sticks out of the page to the side, and would have to be scrolled to. */
function sticksOut(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    // Code and rows of tabs scroll by themselves, and what is only for hearing is nowhere.
    const scrolls = (one: Element | null): boolean =>
      one !== null && (/auto|scroll|hidden|clip/.test(getComputedStyle(one).overflowX) || scrolls(one.parentElement));
    const out = [...document.querySelectorAll('body *')].filter((one) => {
      const { left, right, width: wide } = one.getBoundingClientRect();
      return wide > 1 && (right > width + 1 || left < -1) && !scrolls(one.parentElement);
    });
    const parts = [document.documentElement, ...document.querySelectorAll('main, nav, aside, dialog[open], .body, .scroller')];
    const panes = parts.filter((one) => one.scrollWidth > one.clientWidth + 1);
    return [...out, ...panes].map((one) => `${one.localName}.${one.className}: ${one.textContent.trim().slice(0, 40)}`);
  });
}

/** Looks at a view in every width that it has to fit. */
async function fits(page: Page, name: string): Promise<void> {
  const size = page.viewportSize();
  // 640 is what a window of 1280 has at 200 %.
  for (const width of [320, 640]) {
    await page.setViewportSize({ width, height: 720 });
    await expect.soft.poll(() => sticksOut(page), { message: `${name}, ${width} px`, timeout: 2000 }).toEqual([]);
  }
  await page.evaluate(() => (document.documentElement.dir = 'rtl'));
  expect.soft(await sticksOut(page), `${name}, right to left`).toEqual([]);
  await page.evaluate(() => document.documentElement.removeAttribute('dir'));
  if (size !== null) await page.setViewportSize(size);
}

/** Changes what one has set for all devices, as another of them would. */
async function speak(page: Page, account: Account, locale: 'en' | 'zh-CN'): Promise<void> {
  await account.do('PATCH', '/me/prefs', { locale });
  await expect(page.locator('html')).toHaveAttribute('lang', locale);
}

async function look(page: Page, name: string, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme });
  expect.soft(await findings(page), `${name}, ${colorScheme}`).toEqual([]);
}

/** Seen in every theme and language; colours do not depend on words, so the others are seen in two of the four. */
const THOROUGH = new Set(['room', 'thread', 'switcher', 'settings', 'admin', 'threads']);

// Every view is looked at two to four times: together that takes minutes on a small machine.
const PARTS = 4;
for (let part = 0; part < PARTS; part++) {
  const name = `nobody is kept out of any view, in both themes and languages: part ${part + 1} of ${PARTS}`;
  test(name, async ({ owner, member, open, server }) => {
    test.setTimeout(120_000);
    const house = await furnish(owner, member);
    const page = await open(owner, { baseURL: server.url });
    for (const view of viewsOf(house).filter((_, index) => index % PARTS === part)) {
      await visit(page, view);
      await look(page, `${view.name}, English`, 'light');
      if (THOROUGH.has(view.name)) await look(page, `${view.name}, English`, 'dark');
      await speak(page, owner, 'zh-CN');
      if (THOROUGH.has(view.name)) await look(page, `${view.name}, Chinese`, 'light');
      await look(page, `${view.name}, Chinese`, 'dark');
      await speak(page, owner, 'en');
      await fits(page, view.name);
    }
  });
}

test('nobody is kept out before being in', async ({ owner, member, open, server, trouble }) => {
  const house = await furnish(owner, member);
  const page = await open(undefined, { baseURL: server.url, at: '/' });
  for (const view of entrancesOf(house)) {
    await visit(page, view);
    await look(page, `${view.name}, English`, 'light');
    await page.getByRole('button', { name: entry.look }).click();
    await page.getByRole('menuitemcheckbox', { name: '简体中文' }).click();
    await look(page, `${view.name}, Chinese`, 'dark');
    await fits(page, view.name);
    await page.getByRole('button', { name: entryZh.look }).click();
    await page.getByRole('menuitemcheckbox', { name: 'English' }).click();
  }
  // The browser itself tells of an invitation that is gone.
  expect(trouble.splice(0).filter((line) => !line.includes('410'))).toEqual([]);
});

test('the set-up of an empty house keeps nobody out', async ({ open, server }) => {
  const page = await open(undefined, { at: `/setup#${server.code}` });
  await expect(page.getByRole('heading', { name: entry.setUpTitle })).toBeVisible();
  await look(page, 'set-up', 'light');
  await look(page, 'set-up', 'dark');
  await fits(page, 'set-up');
});

test('what is new is announced, what is paged in is not @both', async ({ join, member }) => {
  const bob = await member('Bob');
  await bob.sayAll(Array.from({ length: 120 }, (_, index) => `old ${index + 1}`));
  const ann = await join('Ann');
  const log = ann.room.getByRole('log', { name: text.timeline.label });
  await expect(log).toHaveAttribute('aria-relevant', 'additions');
  // As a screen reader does: what is added to a log that is busy is not read out.
  await log.evaluate((node) => {
    const heard: string[] = [];
    Object.assign(window, { heard });
    new MutationObserver((changes) => {
      if (node.getAttribute('aria-busy') === 'true') return;
      for (const { addedNodes } of changes)
        for (const added of addedNodes)
          if (added instanceof HTMLElement && added.querySelector('.text') !== null) heard.push(added.innerText);
    }).observe(node, { childList: true, subtree: true });
  });
  const heard = () => ann.page.evaluate(() => (window as unknown as { heard: string[] }).heard.join('\n'));
  await bob.say('breaking news');
  await expect(log.getByText('breaking news', { exact: true })).toBeVisible();
  await expect.poll(heard).toContain('breaking news');
  await ann.scroller.hover();
  await expect
    .poll(async () => {
      await ann.page.mouse.wheel(0, -3000);
      return ann.row('old 1').count();
    })
    .toBe(1);
  expect(await heard()).not.toContain('old');
  await expect(log).toHaveAttribute('aria-busy', 'false');
});

test('nothing moves for those who do not want it to', async ({ owner, member, open, server }) => {
  const house = await furnish(owner, member);
  const page = await open(owner, { baseURL: server.url, reducedMotion: 'reduce' });
  const moving = () =>
    page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === 'running').length);
  const views = viewsOf(house).filter(({ name }) => ['room', 'emoji', 'switcher', 'settings: writing'].includes(name));
  for (const view of views) {
    await visit(page, view);
    expect(await moving(), view.name).toBe(0);
  }
  // What somebody jumps to flashes for all others.
  await visit(page, { name: 'permalink', at: `/r/${house.garden}/${house.asked}`, shows: 'Thanks a lot' });
  await expect(page.locator(`article[data-seq="${house.asked}"]`)).toHaveClass(/flash/);
  expect(await moving(), 'permalink').toBe(0);
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  expect(await moving(), 'permalink, with motion').toBeGreaterThan(0);
});

test('forced colours leave an edge around everything', async ({ owner, member, open, server }) => {
  const house = await furnish(owner, member);
  const page = await open(owner, { baseURL: server.url, forcedColors: 'active' });
  const edged = (locator: Locator) =>
    locator.evaluate((one) => {
      const { borderStyle, outlineStyle } = getComputedStyle(one);
      return borderStyle !== 'none' || outlineStyle !== 'none';
    });
  const views = new Map(viewsOf(house).map((view) => [view.name, view]));
  const show = async (name: string) => {
    const view = views.get(name);
    if (view === undefined) throw new Error(`There is no view called ${name}.`);
    await visit(page, view);
  };
  await show('room');
  expect(await edged(page.locator('form:has(textarea)')), 'composer').toBe(true);
  expect(await edged(page.getByRole('navigation').locator('a[aria-current]').first()), 'where one is').toBe(true);
  await show('emoji');
  expect(await edged(page.getByRole('dialog')), 'dialog').toBe(true);
  await show('profile menu');
  expect(await edged(page.locator('[role="menu"]:popover-open')), 'menu').toBe(true);
  await show('settings');
  expect(await edged(page.getByRole('main').locator('a[aria-current]')), 'tab').toBe(true);
  expect(await edged(page.getByRole('button', { name: 'Save' })), 'button').toBe(true);
  await show('settings: appearance');
  expect(await edged(page.locator('label:has(:checked)').first()), 'choice').toBe(true);
  await show('settings: writing');
  expect(await edged(page.getByRole('switch')), 'switch').toBe(true);
  await show('admin: reports');
  expect(await edged(page.getByRole('main').getByRole('listitem').first()), 'report').toBe(true);
});
