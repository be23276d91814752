import { expect, test } from '../fixtures';

test.use({ flags: ['--absence', '2s'] });

test('typing is seen by the others, ends by itself, and never by the typist @both', async ({ join }) => {
  const ann = await join('Ann');
  const bob = await join('Bob');
  await ann.composer.pressSequentially('hel');
  await expect(bob.typing).toHaveText(/Ann.* is typing…/, { timeout: 1500 });
  await expect(ann.typing).toHaveText('');
  await expect(bob.typing).toHaveText('', { timeout: 7000 });
});

test('typing ends at once when the message lands', async ({ join }) => {
  const ann = await join('Ann');
  const bob = await join('Bob');
  await ann.composer.pressSequentially('hello');
  await expect(bob.typing).toHaveText(/Ann.* is typing…/);
  await ann.composer.press('Enter');
  await expect(bob.row('hello')).toBeVisible();
  await expect(bob.typing).toHaveText('', { timeout: 500 });
});

test('a typist whose page dies has stopped, and two are named', async ({ join }) => {
  const ann = await join('Ann');
  const bob = await join('Bob');
  const cleo = await join('Cleo');
  await ann.composer.pressSequentially('hel');
  await cleo.composer.pressSequentially('hel');
  await expect(bob.typing).toHaveText(/Ann.* and .*Cleo.* are typing…/);
  await ann.context.close();
  await cleo.context.close();
  await expect(bob.typing).toHaveText('', { timeout: 7000 });
});

test('whoever goes on after a message, or elsewhere, is seen to type at once', async ({ join }) => {
  const ann = await join('Ann');
  const bob = await join('Bob');
  const garden = await ann.account.create('Garden');
  await bob.account.enter(garden);
  await ann.composer.pressSequentially('hello');
  await expect(bob.typing).toHaveText(/Ann.* is typing…/);
  await ann.composer.press('Enter');
  await expect(bob.row('hello')).toBeVisible();
  await ann.composer.pressSequentially('and');
  await expect(bob.typing).toHaveText(/Ann.* is typing…/, { timeout: 1500 });
  await ann.entry('Garden').click();
  await bob.entry('Garden').click();
  await expect(bob.room.getByRole('log')).toHaveAttribute('aria-busy', 'false');
  await ann.composer.pressSequentially('here');
  await expect(bob.typing).toHaveText(/Ann.* is typing…/, { timeout: 1500 });
});
