import { expect, test } from '../fixtures';

test('a text over the limit is refused before sending, and kept', async ({ join }) => {
  const ann = await join('Ann');
  await ann.composer.fill('x'.repeat(3990));
  await expect(ann.page.getByText('10 characters left')).toBeVisible();
  await ann.composer.fill('x'.repeat(4001));
  await expect(ann.page.getByText('1 character too many')).toBeVisible();
  await ann.composer.press('Enter');
  await expect(ann.rows).toHaveCount(0);
  await expect(ann.composer).toHaveValue('x'.repeat(4001));
  await ann.composer.fill('😀'.repeat(4000));
  await ann.composer.press('Enter');
  await expect(ann.rows).toHaveAttribute('data-state', 'sent');
});

test('what the server refuses says why, holds up nothing else, and is handled by keyboard @both', async ({
  join,
  owner,
}) => {
  const ann = await join('Ann');
  const bob = await join('Bob');
  const garden = await ann.account.create('Garden');
  // She is told of it before she is cut off.
  await expect(ann.entry('Garden')).toBeVisible();
  await ann.context.setOffline(true);
  await ann.say('refused');
  await ann.say('thrown away');
  await expect(ann.row('thrown away')).toHaveAttribute('data-state', 'queued');
  await owner.do('PUT', `/rooms/lobby/mutes/${ann.account.id}`, { seconds: 600 });
  await ann.entry('Garden').click();
  await ann.say('accepted');
  await ann.context.setOffline(false);
  await expect(ann.row('accepted')).toHaveAttribute('data-state', 'sent');
  expect((await ann.account.do<{ items: { text?: string }[] }>('GET', `/rooms/${garden.id}/messages`)).items)
    .toContainEqual(expect.objectContaining({ text: 'accepted' }));

  await ann.entry('Lobby').click();
  const refused = ann.row('refused');
  await expect(refused).toHaveAttribute('data-state', 'failed');
  await expect(refused.getByRole('alert')).toContainText('muted');
  await expect(bob.rows).toHaveCount(0);

  await refused.getByRole('button', { name: 'Copy text' }).focus();
  await ann.page.keyboard.press('Enter');
  await expect(ann.page.getByText('Copied.')).toBeVisible();

  await ann.row('thrown away').getByRole('button', { name: 'Delete' }).focus();
  await ann.page.keyboard.press('Enter');
  await expect(ann.row('thrown away')).toHaveCount(0);
  expect(await ann.page.evaluate(() => document.activeElement !== document.body)).toBe(true);

  await owner.do('DELETE', `/rooms/lobby/mutes/${ann.account.id}`);
  await expect(ann.composer).toBeVisible();
  await refused.getByRole('button', { name: 'Try again' }).focus();
  await ann.page.keyboard.press('Enter');
  await expect(bob.row('refused')).toBeVisible();
  await expect(refused).toHaveAttribute('data-state', 'sent');
  expect(await bob.texts()).toEqual(['refused']);
});

test.describe('a flood', () => {
  test.use({ flags: ['--send-rate', '20'] });

  test('is slowed down, not lost', async ({ join }) => {
    const ann = await join('Ann');
    const bob = await join('Bob');
    const said = Array.from({ length: 260 }, (_, index) => `m ${index}`);
    await ann.sayAll(said);
    await expect(bob.row('m 259')).toHaveCount(1, { timeout: 40_000 });
    await ann.allSent();
    expect(await bob.texts()).toEqual(said);
  });
});
