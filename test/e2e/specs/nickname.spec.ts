import { expect, Person, test } from '../fixtures';

test('a nickname that somebody has is refused with the reason, and another is taken', async ({
  join,
  open,
}) => {
  await join('Ann');
  const page = await open();
  const field = page.getByLabel('Your nickname');
  await expect(page.getByRole('button', { name: 'Join the chat' })).toBeEnabled();
  await field.fill('ann');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toHaveText('This nickname is taken. Choose another one.');
  await expect(field).toBeFocused();
  await expect(field).toHaveValue('ann');
  await field.fill('Bob');
  await page.keyboard.press('Enter');
  await new Person('Bob', page).online();
});

test.describe('what cannot be a nickname', () => {
  for (const [name, nickname, reason] of [
    ['nothing', '   ', 'Type a nickname first.'],
    ['too long', 'x'.repeat(33), 'That is too long: 32 characters at most.'],
    ['a direction override', 'Ann\u202e', 'invisible or control characters'],
    ['a zero-width character', 'A\u200bnn', 'invisible or control characters'],
  ] as const) {
    test(name, async ({ open }) => {
      const page = await open();
      await expect(page.getByRole('button', { name: 'Join the chat' })).toBeEnabled();
      await page.getByLabel('Your nickname').fill(nickname);
      await page.keyboard.press('Enter');
      await expect(page.getByRole('alert')).toContainText(reason);
    });
  }
});

test('a reload keeps the nickname, and nobody is told of it', async ({ join }) => {
  const ann = await join('Ann');
  const bob = await join('Bob');
  await expect(ann.people).toHaveCount(2);
  await bob.page.reload();
  await bob.online();
  await bob.say('back');
  await expect(ann.row('back')).toBeVisible();
  await expect(ann.people).toHaveCount(2);
  await expect(ann.page.getByTestId('notice')).toHaveText(/^\s*Bob joined/);
});

test('two tabs are one person', async ({ join }) => {
  const ann = await join('Ann');
  const bob = await join('Bob');
  const tab = new Person('Bob', await bob.context.newPage());
  await tab.page.goto(bob.page.url());
  await tab.online();
  await expect(ann.people).toHaveCount(2);
  await expect(tab.people).toHaveText([/Bob.*you/, /Ann/]);

  await tab.say('from the other tab');
  await expect(ann.row('from the other tab')).toHaveCount(1);
  await expect(bob.row('from the other tab')).toHaveAttribute('data-state', 'kept');
  await tab.page.close();
  await bob.say('still here');
  await expect(ann.row('still here')).toBeVisible();
  await expect(ann.page.getByTestId('notice')).toHaveText(/^\s*Bob joined/);
});

test('another nickname, chosen later', async ({ join }) => {
  const ann = await join('Ann');
  const bob = await join('Bob');
  await bob.page.getByRole('button', { name: 'Settings' }).click();
  await bob.page.getByRole('button', { name: 'Change nickname' }).click();
  const field = bob.page.getByLabel('A new nickname');
  await field.fill('Ann');
  await field.press('Enter');
  await expect(bob.page.getByRole('alert')).toContainText('taken');
  await field.fill('Robert');
  await field.press('Enter');
  await bob.online();
  await expect(ann.people).toHaveText([/Ann/, /Robert/]);
  await bob.say('it is me');
  await expect(ann.row('it is me').getByText('Robert')).toBeVisible();
});

test('joined and left are told', async ({ join }) => {
  const ann = await join('Ann');
  const bob = await join('Bob');
  await expect(ann.page.getByTestId('notice')).toHaveText(/^\s*Bob joined/);
  await expect(ann.people).toHaveCount(2);
  await ann.say('hello Bob');
  await bob.context.close();
  await expect(ann.page.getByTestId('notice').last()).toHaveText(/^\s*Bob left/, { timeout: 20_000 });
  await expect(ann.people).toHaveCount(1);
});
