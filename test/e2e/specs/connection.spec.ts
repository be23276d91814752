import { expect, test } from '../fixtures';

// Short enough that a test can wait for a connection to be found dead, long
// enough that a busy machine keeps a live one.
test.use({ flags: ['--send-rate', '0', '--ping-interval', '2s', '--ping-timeout', '2s'] });

test('who was offline gets exactly what was missed, marked, without a gap', async ({ join }) => {
  const ann = await join('Ann');
  const bob = await join('Bob');
  await ann.say('before');
  await expect(bob.row('before')).toBeVisible();

  await bob.context.setOffline(true);
  await expect(bob.status).toHaveText('Offline');
  await expect(bob.banner).toContainText('You are offline');
  const missed = Array.from({ length: 25 }, (_, index) => `missed ${index}`);
  await ann.sayAll(missed);
  await ann.allKept(26);

  await bob.context.setOffline(false);
  await expect(bob.row('missed 24')).toBeVisible({ timeout: 3000 });
  await expect(bob.banner).toBeHidden();
  expect(await bob.texts()).toEqual(['before', ...missed]);
  await expect(bob.row('missed 0').getByTestId('unread-line')).toHaveCount(1);
});

test('a gap of several pages is closed', async ({ join }) => {
  const ann = await join('Ann');
  const bob = await join('Bob');
  await ann.say('before');
  await expect(bob.row('before')).toBeVisible();
  await bob.context.setOffline(true);
  await expect(bob.status).toHaveText('Offline');
  const missed = Array.from({ length: 130 }, (_, index) => `missed ${index}`);
  await ann.sayAll(missed);
  await ann.allKept(131);
  await bob.context.setOffline(false);
  await expect(bob.row('missed 129')).toHaveCount(1);
  expect(await bob.texts()).toEqual(['before', ...missed]);
});

test('a connection that dies silently is noticed and replaced', async ({ join, network }) => {
  const ann = await join('Ann');
  const bob = await join('Bob', { through: network.url });
  await ann.say('before');
  await expect(bob.row('before')).toBeVisible();

  network.blackhole();
  await ann.say('while dead');
  // Ping interval, ping timeout and the two seconds nobody is bothered with.
  await expect(bob.banner).toBeVisible();
  await expect(bob.row('while dead')).toHaveCount(0);
  await bob.say('written while dead');
  await expect(bob.row('written while dead')).toHaveAttribute('data-state', 'queued');

  network.reset();
  await expect(ann.row('written while dead')).toBeVisible();
  await bob.online();
  expect(await bob.texts()).toEqual(['before', 'while dead', 'written while dead']);
  expect(await ann.texts()).toEqual(['before', 'while dead', 'written while dead']);
});

test('what was written offline survives a reload and goes out once, in order', async ({ join }) => {
  const ann = await join('Ann');
  const bob = await join('Bob');
  await ann.context.setOffline(true);
  await expect(ann.status).toHaveText('Offline');
  for (const text of ['one', 'two', 'three']) await ann.say(text);
  await expect(ann.page.locator('li[data-state="queued"]')).toHaveCount(3);
  await ann.context.setOffline(false);
  await ann.page.reload();
  await ann.online();
  await expect(ann.page.locator('li[data-state="kept"]')).toHaveCount(3);
  await expect(bob.rows).toHaveCount(3);
  expect(await bob.texts()).toEqual(['one', 'two', 'three']);
  expect(await ann.texts()).toEqual(['one', 'two', 'three']);
});

test('a lost acknowledgement makes no second copy', async ({ join, network }) => {
  const bob = await join('Bob');
  const ann = await join('Ann', { through: network.url });
  network.withholdAnswers();
  await ann.say('only once');
  await expect(bob.row('only once')).toBeVisible();
  await expect(ann.row('only once')).toHaveAttribute('data-state', 'sending');
  network.reset();
  await ann.online();
  await expect(ann.row('only once')).toHaveAttribute('data-state', 'kept');
  await ann.say('afterwards');
  await expect(bob.row('afterwards')).toBeVisible();
  expect(await bob.texts()).toEqual(['only once', 'afterwards']);
  expect(await ann.texts()).toEqual(['only once', 'afterwards']);
});

test('a lost acknowledgement and a reload make no second copy either', async ({ join, network }) => {
  const bob = await join('Bob');
  const ann = await join('Ann', { through: network.url });
  network.withholdAnswers();
  await ann.say('only once');
  await expect(bob.row('only once')).toBeVisible();
  network.reset();
  await ann.page.reload();
  await ann.online();
  await expect(ann.row('only once')).toHaveAttribute('data-state', 'kept');
  await ann.say('afterwards');
  await expect(bob.row('afterwards')).toBeVisible();
  expect(await bob.texts()).toEqual(['only once', 'afterwards']);
  expect(await ann.texts()).toEqual(['only once', 'afterwards']);
});

test('a server that crashes and comes back loses nothing that was written', async ({ join, server }) => {
  const ann = await join('Ann');
  const bob = await join('Bob');
  await ann.say('before');
  await expect(ann.row('before')).toHaveAttribute('data-state', 'kept');
  await server.kill();
  await expect(ann.status).toHaveText('Reconnecting…');
  await ann.say('in between');
  await expect(ann.row('in between')).toHaveAttribute('data-state', 'queued');
  await expect(ann.banner).toContainText(/Trying again in \d+ s/);
  await expect(ann.page.getByRole('button', { name: 'Retry now' })).toBeVisible();
  await server.start();
  await expect(bob.row('in between')).toBeVisible({ timeout: 20_000 });
  await expect(ann.row('in between')).toHaveAttribute('data-state', 'kept');
  expect(await ann.texts()).toEqual(['before', 'in between']);
  expect(await bob.texts()).toEqual(['before', 'in between']);
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
  network.reset();
  await expect(ann.status).toHaveText('Reconnecting…');
  await ann.online();
  expect(await ann.page.evaluate(() => (window as { seen?: string[] }).seen)).toEqual([]);
});
