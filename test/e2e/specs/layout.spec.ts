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

/** Where the words themselves are, in an element that may be wider. */
const words = (one: Locator) =>
  one.evaluate((element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const { left, right } = range.getBoundingClientRect();
    return { left, right };
  });

test('a name stays beside its face, whichever way it is read', async ({ owner, member, open, server }) => {
  const her = await member('مريم');
  await owner.direct(her);
  await her.do('PATCH', '/me', { status: 'في الحديقة' });
  await owner.do('PATCH', '/me', { status: 'في الحديقة' });
  const page = await open(owner, { baseURL: server.url });
  const rooms = page.getByRole('navigation');
  const lines = [
    rooms.locator('bdi', { hasText: 'مريم' }),
    rooms.getByText('في الحديقة', { exact: true }),
  ];
  for (const line of lines) {
    await expect(line).toContainText(/مريم|في الحديقة/);
    const box = await line.boundingBox();
    expect((await words(line)).left).toBeCloseTo(box?.x ?? 0, 0);
  }
  await page.getByRole('button', { name: text.shell.find }).click();
  const option = page.getByRole('option').filter({ hasText: 'مريم' }).locator('bdi');
  expect((await words(option)).left).toBeCloseTo((await option.boundingBox())?.x ?? 0, 0);
});

test('a conversation of two says with whom, and counts nobody', async ({ owner, member, open, server }) => {
  const lin = await member('林小雨');
  const direct = await owner.direct(lin);
  await lin.say('明天见？', direct.id);
  const page = await open(owner, { baseURL: server.url, at: `/r/${direct.id}` });
  const room = page.getByRole('main');
  await expect(room.getByText(text.timeline.notices.begin('Olga'))).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('林小雨');
  await expect(page.getByRole('button', { name: text.shell.members(2) })).toHaveCount(0);
});

test('where colours are forced, edges say what colours said', async ({ owner, member, open, server }) => {
  const house = await furnish(owner, member);
  const anke = await member('Anke');
  await anke.say('@Olga look');
  const at = `/r/${house.garden}`;
  const page = await open(owner, { baseURL: server.url, at, forcedColors: 'active', viewport: { width: 1280, height: 800 } });
  await page.getByRole('button', { name: text.shell.members(3) }).click();
  for (const seen of ['article .avatar', 'nav .badge', 'main .block', 'header[data-part] [aria-pressed="true"]:not(.on)']) {
    const one = page.locator(seen).first();
    await expect(one).toBeVisible();
    const edge = await one.evaluate((element) => {
      const { borderTopWidth, outlineStyle, outlineWidth } = getComputedStyle(element);
      return parseFloat(borderTopWidth) + (outlineStyle === 'none' ? 0 : parseFloat(outlineWidth));
    });
    expect(edge, seen).toBeGreaterThan(0);
  }
});

test('read from right to left, everything is where it was in a mirror', async ({ owner, member, open, server }) => {
  const house = await furnish(owner, member);
  const page = await open(owner, { baseURL: server.url, at: `/r/${house.garden}`, viewport: { width: 1280, height: 800 } });
  const views: readonly [at: string, ...seen: readonly string[]][] = [
    [`/r/${house.garden}`, 'nav header svg', 'nav li a svg', 'header[data-part] svg', 'article .avatar', '.notices span'],
    [`/r/${house.garden}/t/${house.root}`, 'aside header h2', 'aside header svg', 'aside textarea', 'aside .avatar'],
    ['/admin/rooms', 'main h1', 'th', 'td bdi', 'td:last-child button'],
  ];
  const gaps = (seen: readonly string[]) =>
    page.evaluate(
      (seen) => {
        const rtl = document.dir === 'rtl';
        const range = document.createRange();
        return seen.map((selector) => {
          const found = [...document.querySelectorAll(selector)].slice(0, 3).map((one) => {
            range.selectNode(one);
            const { left, right } = range.getBoundingClientRect();
            return Math.round(rtl ? innerWidth - right : left);
          });
          return `${selector}: ${found.join(', ')}`;
        });
      },
      seen,
    );
  for (const [at, ...seen] of views) {
    await page.goto(at);
    await expect(page.locator(seen.at(-1) ?? '').first()).toBeVisible();
    const plain = await gaps(seen);
    for (const line of plain) expect(line).toMatch(/\d/);
    await page.evaluate(() => (document.dir = 'rtl'));
    expect(await gaps(seen), at).toEqual(plain);
    await page.evaluate(() => (document.dir = ''));
  }
});

test('in a table, only names break', async ({ owner, open, server }) => {
  await owner.create('A room whose name is quite as long as a name can be in a house');
  const page = await open(owner, { baseURL: server.url, at: '/admin/rooms' });
  const table = page.getByRole('table');
  await expect(table).toContainText('as long as a name can be');
  for (const width of [768, 900, 1024, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    const broken = await table.locator('td:not(:first-child)').evaluateAll((cells) =>
      cells.flatMap((cell) => {
        const range = document.createRange();
        range.selectNodeContents(cell);
        const tops = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
        return tops.size > 1 && cell.querySelector('button') === null ? [cell.textContent.trim()] : [];
      }),
    );
    expect(broken, `${width} px`).toEqual([]);
    expect(await right(table)).toBeLessThanOrEqual(width);
    // There is room for the name, too.
    const name = await table.locator('td:first-child').first().boundingBox();
    expect(name?.width).toBeGreaterThan(6 * 16);
  }
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
