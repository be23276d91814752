import { expect, test, text } from '../fixtures';

test('every room has its draft, which survives a reload; an edit gives it back @both', async ({ join }) => {
  const ann = await join('Ann');
  await ann.account.create('Garden');
  await ann.say('sent');
  await expect(ann.row('sent')).toHaveAttribute('data-state', 'sent');
  await ann.composer.fill('half a thought');
  await ann.entry('Garden').click();
  await expect(ann.composer).toHaveValue('');
  await ann.composer.fill('another half');
  await ann.entry('Lobby').click();
  await expect(ann.composer).toHaveValue('half a thought');
  await expect(ann.entry('Garden')).toContainText(text.shell.draft);

  await ann.page.reload();
  await ann.online();
  await expect(ann.composer).toHaveValue('half a thought');
  await expect(ann.entry('Garden')).toContainText(text.shell.draft);

  await ann.composer.fill('');
  await ann.composer.press('ArrowUp');
  await expect(ann.composer).toHaveValue('sent');
  await ann.composer.press('Escape');
  await expect(ann.composer).toHaveValue('');
  await ann.composer.fill('half a thought');
  await ann.row('sent').hover();
  await ann.row('sent').getByRole('button', { name: text.timeline.edit, exact: true }).click();
  await expect(ann.composer).toHaveValue('sent');
  await ann.composer.press('Escape');
  await expect(ann.composer).toHaveValue('half a thought');

  await ann.composer.press('Enter');
  await expect(ann.row('half a thought')).toHaveAttribute('data-state', 'sent');
  await ann.entry('Garden').click();
  await expect(ann.entry('Lobby')).not.toContainText(text.shell.draft);
  await expect(ann.composer).toHaveValue('another half');
});

test('what was typed a moment before a reload is there after it', async ({ join }) => {
  const ann = await join('Ann');
  for (let time = 1; time <= 5; time++) {
    await ann.composer.fill(`half a thought ${time}`);
    await ann.page.reload();
    await expect(ann.composer).toHaveValue(`half a thought ${time}`);
  }
});
