import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';
import { expect, Person, test } from '../fixtures';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const violations = await page.evaluate<readonly Finding[]>('axe.run().then((result) => result.violations)');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical' || impact === 'moderate')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}\n${node.failureSummary}`));
}

async function conversation(ann: Person, bob: Person): Promise<void> {
  await bob.say('Have you seen https://example.com/a?');
  await bob.say('🎉');
  await ann.say('Yes, thanks.');
  await ann.page.evaluate('WebSocket.prototype.send = () => {}');
  await ann.say('On its way.');
  // Told once in a few seconds, and what was said just now was typed, too.
  await bob.composer.pressSequentially('and so on', { delay: 400 });
  await expect(ann.typing).not.toHaveText('');
}

for (const theme of ['light', 'dark'] as const) {
  for (const locale of ['en-GB', 'zh-CN'] as const) {
    test(`no finding of axe in ${theme}, ${locale}`, async ({ join, open }) => {
      const page = await open({ colorScheme: theme, locale });
      expect(await findings(page)).toEqual([]);
      await page.locator('#nickname').press('Enter');
      await expect(page.getByRole('alert')).toBeVisible();
      expect(await findings(page)).toEqual([]);
      await page.locator('#nickname').fill('Ann');
      await page.locator('#nickname').press('Enter');
      const ann = new Person('Ann', page);
      await ann.online();
      await conversation(ann, await join('Bob'));
      expect(await findings(page)).toEqual([]);
      await page.getByRole('button', { name: /^(Settings|设置)$/ }).click();
      expect(await findings(page)).toEqual([]);
    });
  }
}

test('the phone: no sideways scrolling, everything within reach', async ({ join }) => {
  const phone = { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true } as const;
  const bob = await join('Bob');
  const ann = await join('Ann', phone);
  await bob.say(`${'long'.repeat(200)} https://example.com/${'path/'.repeat(60)}`);
  await bob.say('一二三四五六七八九十'.repeat(40));
  await conversation(ann, bob);
  const wide = () =>
    ann.page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll('body *')]
        .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
        .filter((element) => element.closest('.sr-only, [aria-hidden]') === null)
        .map((element) => element.outerHTML.slice(0, 120)),
    );
  expect(await wide()).toEqual([]);
  expect(await ann.page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  await expect(ann.composer).toBeInViewport({ ratio: 1 });

  await ann.page.getByRole('button', { name: '2 people here' }).click();
  const sheet = ann.page.getByRole('dialog', { name: 'Who is here' });
  await expect(sheet.getByRole('listitem')).toHaveCount(2);
  expect(await findings(ann.page)).toEqual([]);
  await ann.page.keyboard.press('Escape');
  await expect(sheet).toBeHidden();

  await ann.page.setViewportSize({ width: 320, height: 568 });
  expect(await wide()).toEqual([]);
});

test('on a touch screen Enter is a new line and the button sends', async ({ join }) => {
  const ann = await join('Ann', { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true });
  await ann.composer.pressSequentially('one');
  await ann.composer.press('Enter');
  await ann.composer.pressSequentially('two');
  await ann.page.getByRole('button', { name: 'Send' }).tap();
  await expect(ann.page.locator('li[data-state="kept"]')).toHaveCount(1);
  expect(await ann.texts()).toEqual(['one\ntwo']);
});

test('language and theme change at once and are there at the next first paint', async ({ join }) => {
  const ann = await join('Ann');
  const background = () =>
    ann.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  await ann.page.getByRole('button', { name: 'Settings' }).click();
  await ann.page.getByText('Dark', { exact: true }).click();
  expect(await background()).not.toBe(light);
  await ann.page.getByText('简体中文').click();
  await expect(ann.status).toHaveText('在线');
  await expect(ann.composer).toHaveAttribute('placeholder', '以“Ann”的身份发言');

  const shell = await (await ann.page.request.get(ann.page.url())).text();
  expect(shell).toContain('<html lang="zh-CN" data-theme="dark">');
  await ann.page.reload();
  await ann.online();
  await expect(ann.status).toHaveText('在线');
  expect(await background()).not.toBe(light);
});

test('the browser’s own language and colours are taken first', async ({ open }) => {
  const page = await open({ locale: 'zh-CN', colorScheme: 'dark' });
  await expect(page.getByRole('button', { name: '进入聊天' })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('zh-CN');
  const [red] = await page.evaluate(
    () => getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g) ?? [],
  );
  expect(Number(red)).toBeLessThan(60);
});

test('the title counts what came while the page was out of sight', async ({ join }) => {
  const ann = await join('Ann');
  const bob = await join('Bob');
  const hide = (state: string) =>
    ann.page.evaluate((visibilityState) => {
      Object.defineProperty(document, 'visibilityState', { value: visibilityState, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  await hide('hidden');
  await bob.say('one');
  await bob.say('two');
  await expect(ann.page).toHaveTitle('(2) Lobby · Causerie');
  await expect(ann.page.locator('#favicon')).toHaveAttribute('href', '/favicon-unread.svg');
  await hide('visible');
  await expect(ann.page).toHaveTitle('Causerie');
  await expect(ann.row('one').getByTestId('unread-line')).toHaveCount(1);
  await ann.say('seen');
  await expect(ann.page.getByTestId('unread-line')).toHaveCount(0);
});

test('a draft survives a reload and belongs to its tab', async ({ join }) => {
  const ann = await join('Ann');
  await ann.composer.fill('half a thought');
  await ann.page.reload();
  await ann.online();
  await expect(ann.composer).toHaveValue('half a thought');
  const tab = new Person('Ann', await ann.context.newPage());
  await tab.page.goto(ann.page.url());
  await tab.online();
  await expect(tab.composer).toHaveValue('');
  await ann.composer.press('Enter');
  await expect(tab.row('half a thought')).toBeVisible();
  await ann.page.reload();
  await ann.online();
  await expect(ann.composer).toHaveValue('');
});

test('everything can be done by keyboard', async ({ open }) => {
  const page = await open();
  const press = async (...keys: string[]) => {
    for (const name of keys) await page.keyboard.press(name);
  };
  const focused = () =>
    page.evaluate(
      () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent,
    );
  await expect(page.getByRole('button', { name: 'Join the chat' })).toBeEnabled();
  await page.keyboard.type('Ann');
  await press('Enter');
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeFocused();
  await page.keyboard.type('by keys');
  await press('Tab');
  expect(await focused()).toBe('Send');
  await press('Enter');
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeFocused();
  await expect(page.locator('li[data-state="kept"]')).toHaveCount(1);
  await press('Shift+Tab');
  expect(await focused()).toBe('Messages');
  await press('Shift+Tab');
  expect(await focused()).toBe('Settings');
  await press('Enter', 'Tab', 'ArrowRight', 'ArrowRight');
  expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
  await press('Escape');
  expect(await focused()).toBe('Settings');
});

test('whoever wants no motion gets none', async ({ join }) => {
  const ann = await join('Ann', { reducedMotion: 'reduce' });
  const bob = await join('Bob');
  await bob.composer.pressSequentially('x');
  await expect(ann.typing).toHaveText('Bob is typing…');
  expect(await ann.page.evaluate(() => document.getAnimations().length)).toBe(0);
});
