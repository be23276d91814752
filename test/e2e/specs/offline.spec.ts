import { expect, test, text } from '../fixtures';

// Short enough that a test can wait for a connection to be found dead, long
// enough that a busy machine keeps a live one.
test.use({ flags: ['--send-rate', '0', '--ping-interval', '2s', '--ping-timeout', '2s'] });

const numbered = (word: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${word} ${index + 1}`);

test.use({ contextOptions: { serviceWorkers: 'allow' } });

test('who was offline gets exactly what was missed, marked, without a gap @both', async ({
  join,
  member,
}) => {
  const ann = await member('Ann');
  const bob = await join('Bob');
  await ann.say('before');
  await expect(bob.row('before')).toBeVisible();

  await bob.context.setOffline(true);
  await expect(bob.banner).toContainText('You are offline');
  const missed = numbered('missed', 25);
  await ann.sayAll(missed);
  await expect(bob.rows).toHaveCount(1);

  await bob.context.setOffline(false);
  await expect(bob.row('missed 25')).toBeVisible({ timeout: 3000 });
  await expect(bob.banner).toBeHidden();
  expect(await bob.texts()).toEqual(['before', ...missed]);
  // What came while one could not look is told from what was read.
  const lines = await bob.room.getByRole('log').getByRole('listitem').allInnerTexts();
  const divider = lines.findIndex((line) => line.trim() === 'New');
  expect(lines[divider - 1]).toContain('before');
  expect(lines[divider + 1]).toContain('missed 1');
  await bob.composer.press('Escape');
  await expect(bob.divider).toHaveCount(0);

  // Nothing was missed: what is read as it comes is not marked.
  await bob.context.setOffline(true);
  await expect(bob.banner).toContainText('You are offline');
  await bob.context.setOffline(false);
  await expect(bob.banner).toBeHidden();
  await ann.say('live');
  await expect(bob.row('live')).toBeVisible();
  await expect(bob.divider).toHaveCount(0);
});

test('what came while nobody looked stands below a line', async ({ join, member }) => {
  const ann = await member('Ann');
  const room = await ann.create('Garden');
  const bob = await member('Bob');
  await bob.enter(room);
  await ann.sayAll(numbered('old', 3), room.id);
  await bob.do('PUT', `/rooms/${room.id}/read`, { seq: (await ann.say('read', room.id)) });
  await ann.sayAll(numbered('new', 2), room.id);
  const page = await join(bob, { at: `/r/${room.id}` });
  await expect(page.divider).toHaveText('New');
  const lines = await page.room.getByRole('log').getByRole('listitem').allInnerTexts();
  const divider = lines.findIndex((line) => line.trim() === 'New');
  expect(lines[divider - 1]).toContain('read');
  expect(lines[divider + 1]).toContain('new 1');
});

test('a gap of several pages is closed', async ({ join, member }) => {
  const ann = await member('Ann');
  const bob = await join('Bob');
  await ann.say('before');
  await expect(bob.row('before')).toBeVisible();
  await bob.context.setOffline(true);
  await expect(bob.banner).toBeVisible();
  const missed = numbered('missed', 130);
  await ann.sayAll(missed);
  await bob.context.setOffline(false);
  await expect(bob.row('missed 130')).toHaveCount(1);
  expect(await bob.texts()).toEqual(['before', ...missed]);
});

test('a connection that dies silently is noticed and replaced @both', async ({ join, member, network }) => {
  const ann = await member('Ann');
  const bob = await join('Bob', { through: network.url });
  await ann.say('before');
  await expect(bob.row('before')).toBeVisible();

  network.blackhole();
  await ann.say('while dead');
  // Ping interval, ping timeout and the two seconds nobody is bothered with.
  await expect(bob.banner).toBeVisible({ timeout: 8000 });
  await expect(bob.row('while dead')).toHaveCount(0);
  await bob.say('written while dead');
  await expect(bob.row('written while dead')).toHaveAttribute('data-state', 'queued');

  network.reset();
  await expect(bob.row('written while dead')).toHaveAttribute('data-state', 'sent');
  await bob.online();
  await expect(bob.banner).toBeHidden();
  expect(await bob.texts()).toEqual(['before', 'while dead', 'written while dead']);
});

test('a short drop is nobody’s business', async ({ join, network }) => {
  const ann = await join('Ann', { through: network.url });
  await ann.page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(window, { seen });
    new MutationObserver(() => {
      if (document.querySelector('[data-testid="banner"]') !== null) seen.push('banner');
    }).observe(document.body, { subtree: true, childList: true });
  });
  const again = ann.page.waitForEvent('websocket');
  network.reset();
  await again;
  await ann.say('hello');
  await expect(ann.row('hello')).toHaveAttribute('data-state', 'sent');
  expect(await ann.page.evaluate(() => (window as { seen?: string[] }).seen)).toEqual([]);
});

test('a pane that was opened without a connection fills when there is one', async ({ owner, join, member }) => {
  const garden = await owner.create('Garden');
  const femke = await member('Femke');
  await femke.enter(garden);
  const pinned = await femke.say('Water them', garden.id);
  await owner.do('PUT', `/rooms/${garden.id}/pins/${pinned}`, {});
  const ann = await join(owner, { at: `/r/${garden.id}` });
  const [members, pins] = [text.shell.members(2), text.shell.pins].map((name) => ann.page.getByRole('button', { name }));
  // Their code has come before the connection goes.
  for (const button of [members, pins]) {
    await button?.click();
    await expect(ann.aside.getByText('Femke', { exact: true })).toBeVisible();
    await button?.click();
    await expect(ann.aside).toBeHidden();
  }
  for (const button of [members, pins]) {
    await ann.context.setOffline(true);
    await expect(ann.banner).toBeVisible();
    await button?.click();
    await expect(ann.aside).toBeVisible();
    await ann.context.setOffline(false);
    await expect(ann.aside.getByText('Femke', { exact: true })).toBeVisible();
    await expect(ann.page.getByRole('alert')).toHaveCount(0);
  }
});

test('the app can be installed, and opens at every place without a network', async ({ join }) => {
  const ann = await join('Ann');
  const { page } = ann;
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const browser = await ann.context.newCDPSession(page);
  const { errors, data } = await browser.send('Page.getAppManifest');
  expect(errors).toEqual([]);
  const { installabilityErrors } = await browser.send('Page.getInstallabilityErrors');
  // A context of Playwright is a private window, and those install nothing.
  expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([]);
  const { icons } = JSON.parse(data ?? '{}') as { icons: { src: string; sizes: string; purpose?: string }[] };
  expect(icons.map(({ purpose }) => purpose)).toContain('maskable');
  for (const { src, sizes } of icons.filter((icon) => icon.sizes !== 'any')) {
    const size = await page.evaluate(async (url) => {
      const { width, height } = await createImageBitmap(await (await fetch(url)).blob());
      return `${width}x${height}`;
    }, src);
    expect(size, src).toBe(sizes);
  }

  await ann.context.setOffline(true);
  for (const at of ['/', '/r/lobby', '/r/lobby/1', '/threads', '/saved', '/settings', '/nowhere/at/all']) {
    await page.goto(new URL(at, page.url()).href);
    await expect(ann.banner, at).toBeVisible();
    await expect(page.getByRole('navigation').first(), at).toContainText('Maison');
  }
});
