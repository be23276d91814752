import type { Locator, Page } from '@playwright/test';
import { settings } from '../../../web/src/i18n/en/settings';
import { expect, test, text } from '../fixtures';
import { furnish } from '../house';
import { viewsOf, visit } from '../views';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const;

/**
 * What a thumb has to hit and would miss. Within messages, where one line is as
 * near to the next as in a book, less has to do; links within sentences are as
 * tall as their line.
 */
function small(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const controls = 'button, a[href], input, select, textarea, summary, [role="button"], [role^="menuitem"]';
    const missed: string[] = [];
    // A part that is not seen may reach further than what is, and a label is as good as what it names.
    const reach = (one: Element): { width: number; height: number } => {
      const boxes = [one, ...(one instanceof HTMLInputElement ? (one.labels ?? []) : [])];
      const after = getComputedStyle(one, '::after');
      if (after.content !== 'none' && after.position === 'absolute' && one instanceof HTMLElement) {
        const around = getComputedStyle(one).position === 'static' ? one.offsetParent : one;
        const { width = 0, height = 0 } = around?.getBoundingClientRect() ?? {};
        const [top, right, bottom, left] = [after.top, after.right, after.bottom, after.left].map(parseFloat);
        const wide = width - (left ?? 0) - (right ?? 0);
        const high = height - (top ?? 0) - (bottom ?? 0);
        if (wide >= 24 && high >= 24) return { width: wide, height: high };
      }
      const rects = boxes.map((box) => box.getBoundingClientRect());
      return {
        width: Math.max(...rects.map(({ width }) => width)),
        height: Math.max(...rects.map(({ height }) => height)),
      };
    };
    for (const one of document.querySelectorAll(controls)) {
      // What lies under a dialog cannot be hit anyway.
      const modal = document.querySelector('dialog:modal');
      if (!one.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      if (modal !== null && !modal.contains(one)) continue;
      if (one.closest('p, .text, .sr-only') !== null || getComputedStyle(one).display === 'inline') continue;
      const { width, height } = reach(one);
      const least = one.closest('article, header .names') === null ? 44 : 24;
      // Half a pixel is what a browser rounds.
      if (width < 1 || (width >= least - 0.5 && height >= least - 0.5)) continue;
      const name = one.getAttribute('aria-label') ?? one.textContent.trim();
      missed.push(`${one.localName} "${name.slice(0, 40)}": ${Math.round(width)} × ${Math.round(height)}`);
    }
    return missed;
  });
}

const right = async (locator: Locator) => {
  const box = await locator.boundingBox();
  return box === null ? 0 : box.x + box.width;
};

test('on a phone there is one pane, and "back" leads from message to rooms', async ({ owner, member, open, server }) => {
  const house = await furnish(owner, member);
  const page = await open(owner, { baseURL: server.url, at: '/r/lobby', ...PHONE });
  const [room, rooms, aside] = [page.getByRole('main'), page.getByRole('navigation'), page.getByRole('complementary')];
  const only = async (pane: Locator) => {
    await expect(pane).toBeVisible();
    for (const other of [room, rooms, aside]) if (other !== pane) await expect(other).toBeHidden();
    expect((await pane.boundingBox())?.width).toBe(390);
  };
  await only(room);
  await page.getByLabel(text.shell.back, { exact: true }).tap();
  await only(rooms);
  await rooms.getByRole('link').filter({ hasText: 'Garden' }).tap();
  await only(room);
  await page.getByText(text.timeline.replies(3)).tap();
  await only(aside);
  await expect(aside.getByText('It is behind the shed.')).toBeVisible();
  await page.goBack();
  await only(room);
  await page.getByRole('button', { name: text.shell.members(3) }).tap();
  await only(aside);
  await page.goBack();
  await only(room);
  await page.goBack();
  await only(rooms);

  // A link that somebody was sent opens the thread; there is still a way to the room and to the rooms.
  await page.goto(`/r/${house.garden}/t/${house.root}`);
  await only(aside);
  await page.getByRole('button', { name: text.timeline.closeThread }).tap();
  await only(room);
  await page.getByLabel(text.shell.back, { exact: true }).tap();
  await only(rooms);
});

test('on a phone everything is as large as a thumb', async ({ owner, member, open, server }) => {
  test.setTimeout(120_000);
  const house = await furnish(owner, member);
  const page = await open(owner, { baseURL: server.url, ...PHONE });
  const seen = [
    ...['lobby', 'room', 'direct', 'thread', 'members', 'room menu', 'person', 'threads', 'saved', 'settings'],
    ...['settings: appearance', 'settings: devices', 'settings: tokens', 'new token', 'settings: blocked', 'admin'],
    ...['admin: rooms', 'admin: invitations', 'new invitation', 'admin: reports', 'admin: audit', 'admin: server'],
  ];
  const views = viewsOf(house).filter(({ name }) => seen.includes(name));
  expect(views).toHaveLength(seen.length);
  for (const view of views) {
    await visit(page, view);
    expect.soft(await small(page), view.name).toEqual([]);
  }
  await page.goto('/r/lobby');
  await page.getByLabel(text.shell.back, { exact: true }).tap();
  await expect(page.getByRole('navigation')).toBeVisible();
  expect.soft(await small(page), 'rooms').toEqual([]);
});

test('no button lies over the code that it copies', async ({ owner, member, open, server }) => {
  const house = await furnish(owner, member);
  await owner.say(`\`\`\`\n${'a long line of code '.repeat(20)}\n\`\`\``, house.garden);
  for (const options of [PHONE, { viewport: { width: 1280, height: 800 } }]) {
    const page = await open(owner, { baseURL: server.url, at: `/r/${house.garden}`, ...options });
    const block = page.locator('.block').last();
    await expect(block).toBeVisible();
    const copy = await block.getByRole('button', { name: text.timeline.copyCode }).boundingBox();
    expect(await right(block.locator('pre'))).toBeLessThanOrEqual(copy?.x ?? 0);
  }
});

test('a tablet has two panes, a desk three, and no line is too long to read on any screen', async ({
  owner,
  member,
  open,
  server,
}) => {
  const house = await furnish(owner, member);
  await owner.say('A long line to read. '.repeat(60).trim(), house.garden);
  const page = await open(owner, { baseURL: server.url, at: `/r/${house.garden}`, viewport: { width: 820, height: 1180 } });
  const [room, rooms, aside] = [page.getByRole('main'), page.getByRole('navigation'), page.getByRole('complementary')];
  const rem = 16;
  await page.getByText(text.timeline.replies(3)).click();
  await expect(aside).toBeVisible();
  await expect(rooms).toBeVisible();
  await expect(room).toBeHidden();

  await page.setViewportSize({ width: 1440, height: 900 });
  for (const pane of [room, rooms, aside]) await expect(pane).toBeVisible();
  expect((await rooms.boundingBox())?.width).toBe(17 * rem);
  // Side by side, without a gap or an overlap.
  expect((await room.boundingBox())?.x).toBe(await right(rooms));
  expect((await aside.boundingBox())?.x).toBe(await right(room));
  expect(await right(aside)).toBe(1440);

  await page.setViewportSize({ width: 3840, height: 2160 });
  const line = room.locator('.text').filter({ hasText: 'A long line to read.' });
  expect((await line.boundingBox())?.width).toBeLessThanOrEqual(60 * rem);
  const composer = room.locator('form').filter({ has: page.getByLabel(text.composer.label, { exact: true }) });
  expect((await composer.boundingBox())?.width).toBeLessThanOrEqual(60 * rem);
  // What one writes stands under what one reads, whatever a scrollbar takes.
  const edges = async (one: Locator) => {
    const { x = 0, width = 0 } = (await one.boundingBox()) ?? {};
    return [x, x + width].map(Math.round);
  };
  const row = room.getByRole('article').filter({ hasText: 'A long line to read.' });
  await expect.poll(async () => {
    const [[begin = 0, end = 0], field] = [await edges(row), await edges(composer)];
    return [field[0], field[1], begin + rem, end - rem];
  }).toEqual([...(await edges(composer)), ...(await edges(composer))]);
  expect((await rooms.boundingBox())?.width).toBe(17 * rem);
  await page.goto('/settings');
  await expect(page.getByText(settings.nameHint)).toBeVisible();
  for (const width of await page.getByRole('textbox').evaluateAll((fields) => fields.map((one) => one.clientWidth)))
    expect(width).toBeLessThanOrEqual(60 * rem);
});
