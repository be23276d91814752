import { entry } from '../../../web/src/i18n/en/entry';
import { expect, PASSWORD, Person, test, text } from '../fixtures';

test('a whole visit without a mouse @both', async ({ member, open }) => {
  const bob = await member('Bob');
  const garden = await bob.create('Garden');
  const account = await member('Ann');
  await account.enter(garden);
  await bob.say('hello Ann', garden.id);
  const page = await open(undefined, { at: '/' });
  const ann = new Person(account, page);
  const { keyboard } = page;
  const focused = () => page.evaluate(() => document.activeElement?.localName);
  const kept = async () => expect.poll(focused, 'the focus is somewhere').not.toBe('body');

  await expect(page.getByLabel(entry.nickname)).toBeFocused();
  for (let tabs = 0; tabs < 12; tabs++) {
    await keyboard.press('Tab');
    if (await page.getByRole('button', { name: entry.signIn, exact: true }).evaluate((b) => b === document.activeElement))
      break;
  }
  await keyboard.press('Enter');
  await expect(page.getByLabel(entry.nameOrEmail)).toBeFocused();
  await keyboard.type('Ann');
  await keyboard.press('Tab');
  await keyboard.type(PASSWORD);
  await keyboard.press('Enter');
  await ann.online();
  await expect(ann.composer).toBeFocused();

  await keyboard.press('Control+k');
  await keyboard.type('gard');
  await expect(page.getByRole('option', { name: /Garden/ })).toBeVisible();
  await keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Garden', exact: true })).toBeVisible();
  await expect(ann.row('hello Ann')).toBeVisible();
  await expect(ann.composer).toBeFocused();

  await keyboard.type('hello');
  await keyboard.press('Enter');
  await expect(ann.row('hello')).toHaveAttribute('data-state', 'sent');
  await keyboard.press('ArrowUp');
  await expect(ann.composer).toHaveValue('hello');
  await keyboard.type(' Bob');
  await keyboard.press('Enter');
  await expect(ann.row('hello Bob')).toBeVisible();
  await expect(ann.composer).toBeFocused();

  // The log is one stop; arrows go from message to message.
  await keyboard.press('Shift+Tab');
  for (let tabs = 0; tabs < 6 && (await focused()) !== 'article'; tabs++) await keyboard.press('Shift+Tab');
  await keyboard.press('Home');
  await expect(ann.row('hello Ann')).toBeFocused();
  const ring = await ann.row('hello Ann').evaluate((row) => {
    const { outlineStyle, boxShadow } = getComputedStyle(row);
    return outlineStyle !== 'none' || boxShadow !== 'none';
  });
  expect(ring, 'the focus can be seen').toBe(true);
  await keyboard.press('a');
  await keyboard.type('thumbs up');
  await keyboard.press('Enter');
  await expect(ann.row('hello Ann').getByRole('button', { name: /👍 1/ })).toBeVisible();
  await kept();
  await ann.row('hello Ann').focus();
  await keyboard.press('r');
  await expect(ann.composer).toBeFocused();
  await expect(page.getByText(/Replying to .*Bob/)).toBeVisible();
  await keyboard.type('well?');
  await keyboard.press('Enter');
  await expect(ann.row('well?').getByRole('button', { name: /hello Ann/ })).toBeVisible();

  await expect(ann.row('well?')).toHaveAttribute('data-state', 'sent');
  await ann.row('well?').focus();
  await keyboard.press('Delete');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.getByRole('dialog').getByRole('button', { name: text.timeline.deleteConfirm, exact: true }).focus();
  await keyboard.press('Enter');
  await expect(ann.rows.last()).toContainText(text.timeline.deleted);
  await expect(page.getByRole('dialog')).toBeHidden();
  await kept();

  await keyboard.press('Alt+ArrowUp');
  await expect(page.getByRole('heading', { name: 'Lobby', exact: true })).toBeVisible();
  await keyboard.press('Control+/');
  await expect(page.getByRole('dialog', { name: text.shell.shortcuts })).toBeVisible();
  await keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  await kept();
  await ann.profile.focus();
  await keyboard.press('Enter');
  await expect(page.getByRole('menuitem').first()).toBeFocused();
  await keyboard.press('End');
  await expect(page.getByRole('menuitem', { name: text.shell.signOut })).toBeFocused();
  await keyboard.press('Enter');
  await expect(page.getByRole('button', { name: entry.signIn, exact: true }).first()).toBeVisible();
});

test('Esc leaves a dialog, and writing goes on where it was', async ({ join }) => {
  const ann = await join('Ann');
  await expect(ann.composer).toBeFocused();
  await ann.page.keyboard.type('half ');
  await ann.page.keyboard.press('Control+k');
  await expect(ann.page.getByRole('combobox')).toBeFocused();
  await ann.page.keyboard.press('Escape');
  await expect(ann.page.getByRole('dialog')).toHaveCount(0);
  await expect(ann.composer).toBeFocused();
  await ann.page.keyboard.type('a thought');
  await expect(ann.composer).toHaveValue('half a thought');
});

test('a button that goes when it is pressed gives the focus back', async ({ join, member, server }) => {
  const bob = await member('Bob');
  const ann = await join('Ann');
  const garden = await ann.account.create('Garden');
  await bob.enter(garden);
  await bob.say('one', garden.id);
  await expect(ann.entry('Garden')).toContainText('unread');
  for (const way of ['mouse', 'keyboard']) {
    await ann.composer.press('Shift+Escape');
    const undo = ann.page.getByRole('button', { name: text.shell.undo });
    await (way === 'mouse' ? undo.click() : undo.press('Enter'));
    await expect(ann.entry('Garden')).toContainText('unread');
    await expect(ann.composer).toBeFocused();
  }

  await server.stop();
  const retry = ann.page.getByRole('button', { name: text.shell.retryNow });
  await retry.click();
  await server.start();
  await expect(ann.banner).toBeHidden();
  await expect(ann.composer).toBeFocused();
});

test.describe('while the files of a dialog are on their way', () => {
  /** Opens the page anew, and keeps files back until it is told. */
  async function keepBack({ page }: Person, files: RegExp): Promise<() => void> {
    let give = () => {};
    const given = new Promise<void>((resolve) => (give = resolve));
    await page.route(files, async (route) => {
      await given;
      await route.continue();
    });
    await page.reload();
    return give;
  }

  test('what is typed for the switcher is not said in the room', async ({ join, member }) => {
    const garden = await (await member('Bob')).create('Garden');
    const account = await member('Ann');
    await account.enter(garden);
    const ann = await join(account);
    const give = await keepBack(ann, /\/assets\/Overlays-.*\.js$/);
    await ann.online();
    await expect(ann.composer).toBeFocused();
    await ann.page.keyboard.press('Control+k');
    await ann.page.keyboard.type('gard');
    await ann.page.keyboard.press('Enter');
    give();
    await expect(ann.page.getByRole('heading', { name: 'Garden', exact: true })).toBeVisible();
    await expect(ann.composer).toHaveValue('');
    await expect(ann.composer).toBeFocused();
    await ann.entry('Lobby').click();
    await expect(ann.page.getByRole('heading', { name: 'Lobby', exact: true })).toBeVisible();
    await expect(ann.rows).toHaveCount(0);
  });

  test('Esc takes back what was asked for', async ({ join }) => {
    const ann = await join('Ann');
    const give = await keepBack(ann, /\/assets\/Overlays-.*\.js$/);
    await ann.online();
    await expect(ann.composer).toBeFocused();
    await ann.page.keyboard.press('Control+k');
    await ann.page.keyboard.press('Escape');
    give();
    await ann.page.keyboard.type('half a thought');
    await expect(ann.composer).toHaveValue('half a thought');
    await expect(ann.page.getByRole('dialog')).toHaveCount(0);
  });

  test('Enter picks the emoji when they have come', async ({ join }) => {
    const ann = await join('Ann');
    await ann.say('hello');
    await expect(ann.row('hello')).toHaveAttribute('data-state', 'sent');
    const give = await keepBack(ann, /\/assets\/(EmojiDialog|en)-.*\.js$/);
    await ann.row('hello').focus();
    await ann.page.keyboard.press('a');
    await ann.page.keyboard.type('thumbs up');
    await ann.page.keyboard.press('Enter');
    give();
    await expect(ann.row('hello').getByRole('button', { name: /👍 1/ })).toBeVisible();
    await expect(ann.row('hello')).toBeFocused();
  });
});
