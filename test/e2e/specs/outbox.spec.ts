import { expect, test } from '../fixtures';

test.use({ contextOptions: { serviceWorkers: 'allow' } });

test('what was written offline survives a reload without a network, and goes out once, in order @both', async ({
  join,
}) => {
  const ann = await join('Ann');
  const bob = await join('Bob');
  await ann.page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await ann.context.setOffline(true);
  await expect(ann.banner).toContainText('You are offline');
  for (const text of ['one', 'two', 'three']) await ann.say(text);
  await expect(ann.page.locator('article[data-state="queued"]')).toHaveCount(3);
  await expect(ann.banner).toContainText('What you write is sent when the network is back');

  await ann.page.reload();
  await expect(ann.page.locator('article[data-state="queued"]')).toHaveCount(3);
  await ann.context.setOffline(false);
  await expect(bob.rows).toHaveCount(3);
  await ann.online();
  await ann.allSent();
  expect(await bob.texts()).toEqual(['one', 'two', 'three']);
  expect(await ann.texts()).toEqual(['one', 'two', 'three']);
});

test('a lost acknowledgement makes no second copy @both', async ({ join, network }) => {
  const bob = await join('Bob');
  const ann = await join('Ann', { through: network.url });
  network.withholdAnswers();
  await ann.say('only once');
  await expect(bob.row('only once')).toBeVisible();
  await expect(ann.row('only once')).toHaveAttribute('data-state', 'sending');
  network.reset();
  await expect(ann.row('only once')).toHaveAttribute('data-state', 'sent');
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
  await expect(ann.row('only once')).toHaveAttribute('data-state', 'sent');
  await ann.say('afterwards');
  await expect(bob.row('afterwards')).toBeVisible();
  expect(await bob.texts()).toEqual(['only once', 'afterwards']);
  expect(await ann.texts()).toEqual(['only once', 'afterwards']);
});
