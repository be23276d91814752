import { expect, Person, test } from '../fixtures';

test('what is new is told everywhere, and read everywhere at once @both', async ({ join, member }) => {
  const bob = await member('Bob');
  const garden = await bob.create('Garden');
  const ann = await join('Ann');
  await ann.account.enter(garden);
  const device = await join(ann.account);
  await bob.say('one', garden.id);
  await bob.say('@Ann two', garden.id);
  await bob.say('three', garden.id);
  for (const { page, entry } of [
    { page: ann.page, entry: ann.entry('Garden') },
    { page: device.page, entry: device.entry('Garden') },
  ]) {
    await expect(entry).toContainText('1 mention, 3 unread');
    await expect(page).toHaveTitle('(1) Lobby · Causerie');
    await expect(page.locator('#favicon')).toHaveAttribute('href', /^data:image\/svg/);
  }
  const weight = await ann
    .entry('Garden')
    .locator('.name')
    .evaluate((name) => Number(getComputedStyle(name).fontWeight));
  expect(weight).toBeGreaterThanOrEqual(600);

  await ann.entry('Garden').click();
  await expect(ann.divider).toBeVisible();
  const lines = await ann.room.getByRole('log').getByRole('listitem').allInnerTexts();
  expect(lines[lines.findIndex((line) => line.trim() === 'New') + 1]).toContain('one');
  await expect(device.entry('Garden')).not.toContainText('unread', { timeout: 1000 });
  await expect(device.page).toHaveTitle('Lobby · Causerie');
  await expect(device.page.locator('#favicon')).toHaveAttribute('href', '/favicon.svg');
  // The line stays for as long as somebody reads, and goes with the room.
  await ann.say('read');
  await expect(ann.divider).toBeVisible();
  await ann.entry('Lobby').click();
  await ann.entry('Garden').click();
  await expect(ann.row('read')).toBeVisible();
  await expect(ann.divider).toHaveCount(0);
});

test('what comes while the page is out of sight is new', async ({ join }) => {
  const ann = await join('Ann');
  const bob = await join('Bob');
  const show = (state: 'hidden' | 'visible') =>
    ann.page.evaluate((visibilityState) => {
      Object.defineProperty(document, 'visibilityState', { value: visibilityState, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  await show('hidden');
  await bob.say('one');
  await bob.say('two');
  await expect(ann.entry('Lobby')).toContainText('2 unread');
  await expect(ann.page.locator('#favicon')).toHaveAttribute('href', '/favicon-unread.svg');
  await show('visible');
  await expect(ann.entry('Lobby')).not.toContainText('unread');
  await expect(ann.divider).toBeVisible();
  await ann.composer.press('Escape');
  await expect(ann.divider).toHaveCount(0);
});

test('a reader of older messages is not moved, sees how many came, and returns in one press @both', async ({
  join,
  member,
}) => {
  const bob = await member('Bob');
  await bob.sayAll(Array.from({ length: 60 }, (_, index) => `old ${index + 1}`));
  const ann = await join('Ann');
  const tab = new Person(ann.account, await ann.context.newPage());
  const garden = await bob.create('Garden');
  await ann.account.enter(garden);
  await tab.page.goto(new URL(`/r/${garden.id}`, ann.page.url()).href);
  await tab.online();
  await expect(ann.row('old 60')).toBeInViewport();
  await ann.scroller.hover();
  await ann.page.mouse.wheel(0, -900);
  const seen = ann.row('old 35');
  await seen.scrollIntoViewIfNeeded();
  const before = await seen.boundingBox();
  await bob.sayAll(Array.from({ length: 20 }, (_, index) => `new ${index + 1}`));
  const pill = ann.page.getByRole('button', { name: '20 new messages' });
  await expect(pill).toBeVisible();
  await expect(tab.entry('Lobby')).toContainText('20 unread');
  const after = await seen.boundingBox();
  expect(Math.abs((after?.y ?? 0) - (before?.y ?? 1e9))).toBeLessThanOrEqual(1);
  await pill.click();
  await expect(ann.row('new 20')).toBeInViewport();
  await expect(pill).toBeHidden();
  await expect(tab.entry('Lobby')).not.toContainText('unread', { timeout: 1000 });
});
