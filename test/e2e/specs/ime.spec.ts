import type { CDPSession } from '@playwright/test';
import { expect, test, text, type Person } from '../fixtures';

async function compose(session: CDPSession, word: string): Promise<void> {
  await session.send('Input.imeSetComposition', {
    text: word,
    selectionStart: word.length,
    selectionEnd: word.length,
  });
}

async function key(session: CDPSession, name: string, code: number): Promise<void> {
  const event = { key: name, code: name, windowsVirtualKeyCode: code };
  await session.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...event });
  await session.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
}

/** Proves that nothing was sent: this message would have come after it. */
async function nothingBefore(ann: Person, marker: string): Promise<void> {
  await ann.say(marker);
  await expect(ann.row(marker)).toHaveAttribute('data-state', 'sent');
  expect(await ann.texts()).toEqual([marker]);
}

for (const [language, composing, committed] of [
  ['Chinese', 'nihao', '你好'],
  ['Japanese', 'にほん', '日本'],
  ['Korean', '안녀', '안녕'],
] as const) {
  test(`Enter picks a word in ${language}; only the next one sends`, async ({ join }) => {
    const ann = await join('Ann');
    const bob = await join('Bob');
    const session = await ann.context.newCDPSession(ann.page);
    await ann.composer.focus();
    await compose(session, composing);
    await key(session, 'Enter', 229);
    await key(session, 'Enter', 13);
    expect(await ann.texts()).toEqual([]);
    await session.send('Input.insertText', { text: committed });
    await expect(ann.composer).toHaveValue(committed);
    await ann.composer.press('Enter');
    await expect(bob.row(committed)).toHaveCount(1);
    await expect(ann.rows).toHaveCount(1);
  });
}

test('Safari tells of the composition only by the key code @both', async ({ join }) => {
  const ann = await join('Ann');
  await ann.composer.fill('にほん');
  await ann.composer.evaluate((field) => {
    field.dispatchEvent(new CompositionEvent('compositionend', { data: '日本', bubbles: true }));
    const enter = new KeyboardEvent('keydown', {
      key: 'Enter',
      bubbles: true,
      cancelable: true,
      keyCode: 229,
    });
    field.dispatchEvent(enter);
  });
  await expect(ann.composer).toHaveValue('にほん');
  await nothingBefore(ann, '日本');
});

test('Esc while composing drops the word and nothing else', async ({ join }) => {
  const ann = await join('Ann');
  await ann.say('mine');
  await expect(ann.row('mine')).toHaveAttribute('data-state', 'sent');
  await ann.composer.press('ArrowUp');
  await expect(ann.page.getByText(text.composer.editing)).toBeVisible();
  const session = await ann.context.newCDPSession(ann.page);
  await ann.composer.focus();
  await compose(session, 'ni');
  await key(session, 'Escape', 229);
  await expect(ann.page.getByText(text.composer.editing)).toBeVisible();
  await compose(session, '');
  await session.send('Input.insertText', { text: '' });
  await ann.composer.press('Escape');
  await expect(ann.page.getByText(text.composer.editing)).toBeHidden();
});

test('the list of people does not take the Enter of a composition', async ({ join, member }) => {
  await member('Nihaoko');
  const ann = await join('Ann');
  const session = await ann.context.newCDPSession(ann.page);
  await ann.composer.pressSequentially('＠');
  await compose(session, 'nihao');
  await expect(ann.page.getByRole('option', { name: /Nihaoko/ })).toBeVisible();
  await key(session, 'Enter', 229);
  await expect(ann.composer).toHaveValue('＠nihao');
  await session.send('Input.insertText', { text: 'nihao' });
  await ann.composer.press('Enter');
  await expect(ann.composer).toHaveValue(/^@Nihaoko\s$/);
  await expect(ann.rows).toHaveCount(0);
});

test('Shift+Enter is a new line', async ({ join }) => {
  const ann = await join('Ann');
  await ann.composer.pressSequentially('one');
  await ann.composer.press('Shift+Enter');
  await ann.composer.pressSequentially('two');
  await ann.composer.press('Enter');
  await expect(ann.rows).toHaveCount(1);
  expect(await ann.texts()).toEqual(['one\ntwo']);
});
