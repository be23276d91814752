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
  await expect(ann.page.locator('li[data-state="kept"]')).toHaveCount(1);
});

/** Answers the next message of the page as a server would that refuses it. */
const refuseNext = (code: string, reason: string) => `(() => {
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    const match = /^42(\\d+)\\["chat-message"/.exec(data);
    if (match === null) return send.call(this, data);
    WebSocket.prototype.send = send;
    const answer = '43' + match[1] + JSON.stringify([false, ${JSON.stringify(reason)}, ${JSON.stringify(code)}]);
    setTimeout(() => this.dispatchEvent(new MessageEvent('message', { data: answer })));
  };
})()`;

test('a refused message says why, lets others go, and is handled by keyboard', async ({ join }) => {
  const ann = await join('Ann');
  const bob = await join('Bob');
  await ann.page.evaluate(refuseNext('internal', 'Internal error.'));
  await ann.say('refused');
  await ann.say('accepted');
  await expect(bob.row('accepted')).toBeVisible();
  const refused = ann.row('refused');
  await expect(refused).toHaveAttribute('data-state', 'failed');
  await expect(refused.getByText('Not sent: Internal error.')).toBeVisible();

  await refused.getByRole('button', { name: 'Copy' }).focus();
  await ann.page.keyboard.press('Enter');
  await expect(refused.getByRole('button', { name: 'Copied' })).toBeVisible();

  await refused.getByRole('button', { name: 'Retry' }).focus();
  await ann.page.keyboard.press('Enter');
  await expect(bob.row('refused')).toBeVisible();
  expect(await bob.texts()).toEqual(['accepted', 'refused']);
  expect(await ann.texts()).toEqual(['accepted', 'refused']);
});

test('a message that cannot be accepted is edited or deleted', async ({ join }) => {
  const ann = await join('Ann');
  await ann.page.evaluate(refuseNext('invalid', 'The message was not accepted.'));
  await ann.say('wrong');
  const wrong = ann.row('wrong');
  await expect(wrong.getByRole('button', { name: 'Retry' })).toHaveCount(0);
  await wrong.getByRole('button', { name: 'Edit' }).click();
  await expect(ann.composer).toHaveValue('wrong');
  await expect(ann.composer).toBeFocused();
  await expect(ann.rows).toHaveCount(0);
  await ann.page.evaluate(refuseNext('invalid', 'The message was not accepted.'));
  await ann.composer.press('Enter');
  await ann.row('wrong').getByRole('button', { name: 'Delete' }).click();
  await expect(ann.rows).toHaveCount(0);
  await ann.page.reload();
  await ann.online();
  await expect(ann.rows).toHaveCount(0);
});

test.describe('a flood', () => {
  test.use({ flags: ['--send-rate', '20'] });

  test('is slowed down, not lost', async ({ join }) => {
    const ann = await join('Ann');
    const bob = await join('Bob');
    const said = Array.from({ length: 260 }, (_, index) => `m ${index}`);
    await ann.sayAll(said);
    await expect(bob.row('m 259')).toHaveCount(1, { timeout: 40_000 });
    await ann.allKept(260);
    expect(await bob.texts()).toEqual(said);
  });
});
