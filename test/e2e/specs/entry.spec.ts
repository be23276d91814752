import { dialogs } from '../../../web/src/i18n/en/dialogs';
import { entry } from '../../../web/src/i18n/en/entry';
import { expect, PASSWORD, Person, test, text, type Account } from '../fixtures';

test('from an empty house to a conversation of an owner, a friend and a guest @both', async ({
  open,
  server,
}) => {
  const page = await open(undefined, { at: `/setup#${server.code}` });
  await expect(page.getByRole('heading', { name: entry.setUpTitle })).toBeVisible();
  await page.getByLabel(entry.serverName).fill('Chez Olga');
  await page.getByLabel(entry.name, { exact: true }).fill('Olga');
  await page.getByLabel(entry.password, { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: entry.setUpAct }).click();
  const olga = new Person({ name: 'Olga' } as Account, page);
  await olga.online();
  await expect(olga.sidebar).toContainText('Chez Olga');
  await olga.say('Is anybody here?');

  const again = await open(undefined, { at: `/setup#${server.code}` });
  await expect(again.getByText(entry.setUpBefore)).toBeVisible();
  await expect(again.getByLabel(entry.nameOrEmail)).toBeVisible();

  // What Olga copies from the page is all that her friend gets.
  const invitation = await page.evaluate(async () => {
    const response = await fetch('/api/v1/invitations', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ uses: 1, days: 1 }),
    });
    return ((await response.json()) as { invitation: { url: string } }).invitation.url;
  });
  const { pathname, hash } = new URL(invitation);
  const friend = await open(undefined, { at: pathname + hash });
  await expect(friend.getByText(entry.invited('Olga'))).toBeVisible();
  await friend.getByLabel(entry.name, { exact: true }).fill('Femke');
  await friend.getByLabel(entry.password, { exact: true }).fill(PASSWORD);
  await friend.getByRole('button', { name: entry.signUp }).click();
  const femke = new Person({ name: 'Femke' } as Account, friend);
  await femke.online();
  await expect(femke.row('Is anybody here?')).toBeVisible();
  await femke.say('I am.');

  const passer = await open(undefined, { at: '/' });
  await passer.getByLabel(entry.nickname).fill('Gil');
  await passer.getByRole('button', { name: entry.enter }).click();
  const gil = new Person({ name: 'Gil' } as Account, passer);
  await gil.online();
  await gil.say('So am I.');
  for (const one of [olga, femke, gil]) {
    await expect(one.row('So am I.')).toBeVisible();
    expect(await one.texts()).toEqual(['Is anybody here?', 'I am.', 'So am I.']);
  }
});

test('who signs out signs in again, and a wrong password says so', async ({ join, trouble }) => {
  const ann = await join('Ann');
  await ann.profile.click();
  await ann.page.getByRole('menuitem', { name: text.shell.signOut }).click();
  await ann.page.getByRole('button', { name: entry.signIn, exact: true }).click();
  await ann.page.getByLabel(entry.nameOrEmail).fill('ann');
  await ann.page.getByLabel(entry.password, { exact: true }).fill('wrong password');
  await ann.page.getByLabel(entry.password, { exact: true }).press('Enter');
  await expect(ann.page.getByRole('alert')).toBeVisible();
  await ann.page.getByLabel(entry.password, { exact: true }).fill(PASSWORD);
  await ann.page.getByLabel(entry.password, { exact: true }).press('Enter');
  await ann.online();
  // The browser itself tells of the answer 401.
  expect(trouble.splice(0).filter((line) => !line.includes('401'))).toEqual([]);
});

test('a name that is taken, and one that is missing, are told at the field', async ({ open, owner }) => {
  void owner;
  const page = await open(undefined, { at: '/' });
  await page.getByRole('button', { name: entry.enter }).click();
  await expect(page.getByLabel(entry.nickname)).toHaveAccessibleDescription(new RegExp(entry.emptyNickname));
  await expect(page.getByLabel(entry.nickname)).toBeFocused();
});

test('a link to a message is where one comes after signing in', async ({ open, member }) => {
  const ann = await member('Ann');
  const garden = await ann.create('Garden', { kind: 'private' });
  const seq = await ann.say('the one', garden.id);
  await ann.sayAll(Array.from({ length: 100 }, (_, index) => `message ${index + 1}`), garden.id);
  const page = await open(undefined, { at: `/r/${garden.id}/${seq}` });
  await page.getByRole('button', { name: entry.signIn, exact: true }).click();
  await page.getByLabel(entry.nameOrEmail).fill('Ann');
  await page.getByLabel(entry.password, { exact: true }).fill(PASSWORD);
  await page.getByLabel(entry.password, { exact: true }).press('Enter');
  const message = new Person(ann, page).row('the one');
  await expect(message).toBeInViewport();
  // It is shown for two seconds which one it is.
  await expect(message).toHaveClass(/flash/);
  await expect(message).not.toHaveClass(/flash/, { timeout: 4000 });
});

test('a guest who makes an account stays who they are', async ({ owner, open }) => {
  const page = await open(undefined, { at: '/' });
  await page.getByLabel(entry.nickname).fill('Gil');
  await page.getByRole('button', { name: entry.enter }).click();
  const gil = new Person({ name: 'Gil' } as Account, page);
  await gil.online();
  await gil.say('I am only passing');
  await gil.allSent();
  await gil.profile.click();
  await page.getByRole('menuitem', { name: text.shell.upgrade }).click();
  await page.getByLabel(dialogs.password, { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: dialogs.upgrade, exact: true }).click();
  await expect(page.getByText(dialogs.upgradeDone)).toBeVisible();
  await gil.say('I stay');
  await gil.allSent();

  // On another device, with the password.
  const other = await open(undefined, { at: '/r/lobby' });
  await other.getByRole('button', { name: entry.signIn, exact: true }).click();
  await other.getByLabel(entry.nameOrEmail).fill('Gil');
  await other.getByLabel(entry.password, { exact: true }).fill(PASSWORD);
  await other.getByLabel(entry.password, { exact: true }).press('Enter');
  await expect(new Person(gil.account, other).row('I am only passing')).toBeVisible();
  const { items } = await owner.do<{ items: { text?: string; author: { id: string } }[] }>(
    'GET',
    '/rooms/lobby/messages',
  );
  const said = items.filter(({ text }) => text?.startsWith('I '));
  expect(said).toHaveLength(2);
  expect(new Set(said.map(({ author }) => author.id)).size).toBe(1);
});

test('a session that is ended elsewhere leads to the entry', async ({ join }) => {
  const ann = await join('Ann');
  await ann.account.do('DELETE', '/sessions/current');
  await expect(ann.page.getByText(entry.endedRevoked)).toBeVisible();
});

test('an address that leads nowhere says so, and leads home', async ({ open, member }) => {
  const page = await open(await member('Ann'), { at: '/no/such/place' });
  await page.getByRole('link', { name: text.shell.home }).click();
  await expect(page.getByRole('main').getByLabel(text.composer.label, { exact: true })).toBeVisible();
});
