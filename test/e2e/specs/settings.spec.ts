import { entry } from '../../../web/src/i18n/en/entry';
import { listing } from '../../../web/src/i18n/en/listing';
import { settings } from '../../../web/src/i18n/en/settings';
import { Account, expect, PASSWORD, test, text } from '../fixtures';

test('a new name is on what one writes from then on, and is nobody else’s', async ({ join, member, open }) => {
  const ann = await member('Ann');
  await ann.say('It is me');
  const bob = await join('Bob');
  const page = await open(ann, { at: '/settings' });
  const name = page.getByLabel(settings.name, { exact: true });
  const save = page.getByRole('button', { name: settings.save, exact: true });
  await name.fill('Bob');
  await save.click();
  await expect(name).toHaveAccessibleDescription(/Choose another one/);
  await name.fill('  ');
  await save.click();
  await expect(name).toHaveAccessibleDescription(new RegExp(listing.empty));
  await expect(name).toBeFocused();
  await name.fill('Anouk');
  await page.getByLabel(settings.status, { exact: true }).fill('At the dentist');
  await page.getByLabel(settings.email, { exact: true }).fill('anouk@example.org');
  await save.click();
  await expect(page.getByText(listing.saved)).toBeVisible();
  await ann.say('It is still me');
  await expect(bob.row('It is me').getByRole('button', { name: 'Ann', exact: true })).toBeVisible();
  await bob.row('It is still me').getByRole('button', { name: 'Anouk', exact: true }).click();
  await expect(bob.page.getByRole('dialog', { name: 'Anouk' })).toContainText('At the dentist');
  await bob.page.keyboard.press('Escape');
  await bob.profile.click();
  await bob.page.getByRole('menuitem', { name: text.shell.settings, exact: true }).click();
  await bob.page.getByLabel(settings.email, { exact: true }).fill('anouk@example.org');
  await bob.page.getByRole('button', { name: settings.save, exact: true }).click();
  await expect(bob.page.getByLabel(settings.email, { exact: true })).toHaveAccessibleDescription(
    new RegExp(settings.emailTaken),
  );
});

test('a token may what it was made for, until it is revoked', async ({ member, open, server }) => {
  const page = await open(await member('Ann'), { at: '/settings/tokens' });
  await page.getByRole('button', { name: settings.newToken }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel(settings.tokenName).fill('Weather bot');
  await form.getByLabel(settings.scopeReadHint).check();
  await form.getByRole('button', { name: settings.createToken }).click();
  const token = await form.getByLabel('Weather bot', { exact: true }).inputValue();
  await form.getByRole('button', { name: listing.done }).click();
  const line = page.getByRole('group', { name: settings.tokens }).getByRole('listitem');
  await expect(line).toContainText('Weather bot');
  await expect(line).toContainText(settings.neverUsed);
  await expect(page.getByText(token)).toHaveCount(0);

  const ask = async (method: string, path: string, body?: string) => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    return (await fetch(`${server.url}/api/v1${path}`, { method, headers, ...(body !== undefined && { body }) })).status;
  };
  expect(await ask('GET', '/rooms/lobby/messages')).toBe(200);
  expect(await ask('POST', '/rooms', JSON.stringify({ kind: 'public', name: 'Sunshine' }))).toBe(403);
  await line.getByRole('button', { name: settings.revokeToken('Weather bot') }).click();
  await page.getByRole('dialog').getByRole('button', { name: settings.revoke, exact: true }).click();
  await expect(page.getByText(settings.tokensEmpty)).toBeVisible();
  expect(await ask('GET', '/rooms/lobby/messages')).toBe(401);
});

test('a new password signs out every other device, which is told why', async ({ join, open, server }) => {
  const ann = await join('Ann');
  const page = await open(
    await Account.open(server, 'sessions', { name: 'Ann', password: PASSWORD, device: 'Laptop' }),
    { at: '/settings/account' },
  );
  const [old, fresh] = [
    page.getByLabel(settings.oldPassword, { exact: true }),
    page.getByLabel(settings.newPassword, { exact: true }),
  ];
  const change = page.getByRole('button', { name: settings.changePassword });
  await old.fill('not my password');
  await fresh.fill('a whole new sentence');
  await change.click();
  await expect(old).toHaveAccessibleDescription(/\S/);
  await expect(old).toBeFocused();
  await old.fill(PASSWORD);
  await fresh.fill('short');
  await change.click();
  await expect(fresh).toHaveAccessibleDescription(/8/);
  await fresh.fill('a whole new sentence');
  await change.click();
  await expect(page.getByText(settings.passwordChanged)).toBeVisible();
  await expect(ann.page.getByText(entry.endedPassword)).toBeVisible();
  await ann.page.getByLabel(entry.nameOrEmail).fill('Ann');
  await ann.page.getByLabel(entry.password, { exact: true }).fill('a whole new sentence');
  await ann.page.getByLabel(entry.password, { exact: true }).press('Enter');
  await ann.online();
});

test('how one writes and reads the time is the same on every device', async ({ join, open, server }) => {
  const ann = await join('Ann');
  await ann.say('What time is it?');
  await expect(ann.row('What time is it?').getByRole('time')).toHaveText(/^\d\d:\d\d$/);
  const page = await open(ann.account, { at: '/settings/writing' });
  await page.getByLabel(settings.sendCtrl).check();
  await page.goto(`${server.url}/settings/appearance`);
  await page.getByLabel(settings.clock12).check();
  await expect(ann.row('What time is it?').getByRole('time')).toHaveText(/^\d?\d:\d\d [ap]m$/i);
  await ann.composer.fill('one');
  await ann.composer.press('Enter');
  await ann.composer.pressSequentially('two');
  await expect(ann.composer).toHaveValue('one\ntwo');
  await ann.composer.press('Control+Enter');
  await expect(ann.composer).toHaveValue('');
  expect((await ann.texts()).at(-1)).toBe('one\ntwo');
});
