import type { CDPSession } from '@playwright/test';
import { expect, test, type Person } from '../fixtures';

async function compose(session: CDPSession, text: string): Promise<void> {
  await session.send('Input.imeSetComposition', {
    text,
    selectionStart: text.length,
    selectionEnd: text.length,
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
  await expect(ann.row(marker)).toHaveAttribute('data-state', 'kept');
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

test('Safari tells of the composition only by the key code', async ({ join }) => {
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
  const bob = await join('Bob');
  await bob.sayAll(Array.from({ length: 30 }, (_, index) => `old ${index}`));
  await expect(ann.rows).toHaveCount(30);
  const scroller = ann.page.getByRole('region', { name: 'Messages' });
  await scroller.evaluate((element) => (element.scrollTop = 100));
  const session = await ann.context.newCDPSession(ann.page);
  await ann.composer.focus();
  await compose(session, 'ni');
  await key(session, 'Escape', 229);
  expect(await scroller.evaluate((element) => element.scrollTop)).toBeLessThan(300);
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
