import type { Locator, Page } from '@playwright/test';
import { audit } from '../../../web/src/i18n/en/audit';
import { admin } from '../../../web/src/i18n/en/admin';
import { entry } from '../../../web/src/i18n/en/entry';
import { listing } from '../../../web/src/i18n/en/listing';
import { Account, expect, PASSWORD, test, text } from '../fixtures';

/** Presses a button and, in the dialog that it opens, the one that does what it says. */
async function decide(page: Page, opener: Locator, verb: string, fill?: Record<string, string>): Promise<void> {
  await opener.click();
  const asked = page.getByRole('dialog');
  for (const [label, value] of Object.entries(fill ?? {})) await asked.getByLabel(label).fill(value);
  await asked.getByRole('button', { name: verb, exact: true }).click();
  await expect(asked).toHaveCount(0);
}

/** Chooses what to do about somebody in the list of people. */
async function choose(page: Page, name: string, item: string): Promise<Locator> {
  await page.getByRole('button', { name: admin.actionsFor(name) }).click();
  return page.getByRole('menuitem', { name: item, exact: true });
}

test('power over people reaches them at once, and is in the audit log', async ({ open, owner, member, join, server }) => {
  const bob = await member('Bob');
  await member('Femke');
  await bob.say('Buy my seeds');
  const his = await join(bob);
  const page = await open(owner, { at: '/admin' });
  await page.getByLabel(admin.searchPeople).fill('bo');
  const row = page.getByRole('row').filter({ hasText: 'Bob' });
  await expect(page.getByRole('row').filter({ hasText: 'Femke' })).toHaveCount(0);
  await expect(row).toContainText(admin.member);
  await expect(row).toContainText(admin.here);

  await decide(page, await choose(page, 'Bob', admin.makeAdmin), admin.makeAdmin);
  await expect(row).toContainText(admin.admin);
  await his.profile.click();
  await expect(his.page.getByRole('menuitem', { name: text.shell.admin, exact: true })).toBeVisible();
  await decide(page, await choose(page, 'Bob', admin.makeMember), admin.makeMember);
  await expect(row).not.toContainText(admin.admin);

  await decide(page, await choose(page, 'Bob', admin.disable), admin.disable, { [admin.reason]: 'Advertising' });
  await expect(row).toContainText(admin.disabled);
  await expect(his.page.getByText(entry.endedBanned)).toBeVisible({ timeout: 2000 });
  await decide(page, await choose(page, 'Bob', admin.enable), admin.enable);
  await expect(row).not.toContainText(admin.disabled);
  await Account.open(server, 'sessions', { name: 'Bob', password: PASSWORD });

  await (await choose(page, 'Bob', admin.purge)).click();
  const purge = page.getByRole('dialog');
  await purge.getByLabel(admin.purgeTyped('Bob')).fill('Rob');
  await purge.getByRole('button', { name: admin.purge, exact: true }).click();
  await expect(purge.getByText(admin.purgeWrong)).toBeVisible();
  await purge.getByLabel(admin.purgeTyped('Bob')).fill('Bob');
  await purge.getByRole('button', { name: admin.purge, exact: true }).click();
  await expect(page.getByText(admin.purged(1))).toBeVisible();

  await (await choose(page, 'Bob', admin.showAudit)).click();
  const lines = page.getByRole('group', { name: admin.audit }).getByRole('paragraph');
  const plain = async () => (await lines.allInnerTexts()).map((line) => line.replace(/[\u2068\u2069]/g, ''));
  await expect.poll(plain).toEqual([
    `${audit['person-purge']('Olga', '', 'Bob')} (${audit.erased(1)})`,
    audit['person-enable']('Olga', '', 'Bob'),
    expect.stringMatching(/^Olga disabled the account of Bob .*Advertising/),
    audit['person-role member']('Olga', '', 'Bob'),
    audit['person-role admin']('Olga', '', 'Bob'),
  ]);
  await expect(page.getByRole('button', { name: admin.widen(admin.onlyAbout('Bob')) })).toBeVisible();
});

test('the audit log is searched on the server, however much came later', async ({ open, owner, member }) => {
  const garden = await owner.create('Garden');
  const [bob, zed] = [await member('Bob'), await member('Zed')];
  for (const one of [bob, zed]) {
    await one.enter(garden);
    await owner.do('PUT', `/rooms/${garden.id}/bans/${one.id}`, { reason: 'Advertising' });
  }
  for (let round = 0; round < 120; round++) await owner.do('PATCH', '/settings', { guests: round % 2 === 0 });
  const page = await open(owner, { at: '/admin/audit' });
  const log = page.getByRole('group', { name: admin.audit });
  const lines = log.getByRole('listitem');
  const filter = page.getByLabel(admin.filter, { exact: true });
  await expect(lines).toHaveCount(50);
  await expect(log).not.toContainText('banned');
  await log.getByRole('button', { name: listing.more }).click();
  await expect(lines).toHaveCount(100);
  await filter.selectOption(admin.filterRooms);
  await expect(lines).toHaveCount(2);
  await expect(log.getByRole('button', { name: listing.more })).toHaveCount(0);

  await lines.filter({ hasText: 'Bob' }).getByRole('button').click();
  await page.getByRole('menuitem', { name: admin.onlyAbout('Bob') }).click();
  await expect(lines).toHaveCount(1);
  await filter.selectOption(admin.filterServer);
  await expect(page.getByText(admin.noAuditMatch)).toBeVisible();
  await page.getByRole('button', { name: admin.widen(admin.onlyAbout('Bob')) }).click();
  await expect(lines).toHaveCount(50);
  await filter.selectOption(admin.filterAll);
  await expect(lines).toHaveCount(50);
});

test('rooms are closed, links made and taken back, the house opened and shut', async ({ open, owner, member, server }) => {
  const bob = await member('Bob');
  const garden = await bob.create('Garden');
  await bob.create('Kitchen');
  const page = await open(owner, { at: '/admin/rooms' });
  await page.getByLabel(admin.searchRooms).fill('gard');
  await expect(page.getByRole('row').filter({ hasText: 'Kitchen' })).toHaveCount(0);
  const row = page.getByRole('row').filter({ hasText: 'Garden' });
  await decide(page, row.getByRole('button', { name: admin.archiveOf('Garden') }), admin.archive);
  await expect(row).toContainText(admin.archived);
  await expect(bob.say('Hello?', garden.id)).rejects.toThrow(/archived/);
  await row.getByRole('button', { name: admin.restoreOf('Garden') }).click();
  await expect(row).not.toContainText(admin.archived);
  await bob.say('Hello?', garden.id);

  const tab = (name: string) => page.getByRole('main').getByRole('link', { name, exact: true }).click();
  await tab(admin.tabInvitations);
  await expect(page.getByText(admin.noInvitations)).toBeVisible();
  await page.getByRole('button', { name: admin.newInvitation }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel(admin.uses).selectOption(admin.usesCount(5));
  await form.getByLabel(admin.expiry).selectOption(admin.expiryDays(30));
  await form.getByRole('button', { name: admin.createInvitation }).click();
  const link = await form.getByLabel(admin.invitationReady, { exact: true }).inputValue();
  expect(link).toContain('/invite#');
  await form.getByRole('button', { name: listing.done }).click();
  const invitation = page.getByRole('group', { name: admin.invitations }).getByRole('listitem');
  await expect(invitation).toContainText(admin.usedOf(0, 5));
  const femke = { name: 'Femke', password: PASSWORD, invitation: new URL(link).hash.slice(1) };
  await Account.open(server, 'accounts', femke);
  await page.reload();
  await expect(invitation).toContainText(admin.usedOf(1, 5));
  await decide(page, invitation.getByRole('button'), admin.revoke);
  await expect(page.getByText(admin.noInvitations)).toBeVisible();
  await expect(Account.open(server, 'accounts', { ...femke, name: 'Gil' })).rejects.toThrow(/ 4\d\d /);

  await tab(admin.tabServer);
  await page.getByLabel(admin.name, { exact: true }).fill('Chez Olga');
  await page.getByRole('button', { name: admin.save, exact: true }).click();
  await expect(page.getByRole('navigation').getByText('Chez Olga')).toBeVisible();
  await page.getByLabel(admin.regClosed).check();
  await page.getByRole('switch', { name: admin.guests }).uncheck();
  await expect
    .poll(() => owner.do('GET', '/settings'))
    .toMatchObject({ settings: { name: 'Chez Olga', registration: 'closed', guests: false } });
  const passer = await open(undefined, { at: '/' });
  await expect(passer.getByText(entry.signInTitle('Chez Olga'))).toBeVisible();
  await expect(passer.getByText(entry.closed)).toBeVisible();
  await expect(passer.getByRole('button', { name: entry.asGuest })).toHaveCount(0);
});

test('a reported message is decided once, and goes for everybody', async ({ open, owner, member, join }) => {
  const bob = await member('Bob');
  const [seeds, weather] = [await bob.say('Buy my seeds'), await bob.say('It rains')];
  const ann = await join('Ann');
  for (const [seq, reason] of [[seeds, 'Advertising'], [weather, 'Boring']] as const)
    await ann.account.do('POST', '/reports', { room: 'lobby', seq, reason });
  const page = await open(owner, { at: '/admin/reports' });
  const reports = page.getByRole('group', { name: admin.reports }).getByRole('listitem');
  await expect(reports).toHaveCount(2);
  const advertising = reports.filter({ hasText: 'Advertising' });
  await expect(advertising).toContainText('Buy my seeds');
  await decide(page, advertising.getByRole('button', { name: admin.delete, exact: true }), admin.delete, {
    [admin.note]: 'Second time',
  });
  await expect(ann.row('Buy my seeds')).toHaveCount(0);
  await expect(ann.room.getByText(text.timeline.deletedBy('Olga'))).toBeVisible();
  await decide(page, reports.getByRole('button', { name: admin.keep, exact: true }), admin.keep);
  await expect(page.getByText(admin.noOpenReports)).toBeVisible();
  await expect(ann.row('It rains')).toBeVisible();

  await page.getByLabel(admin.closed, { exact: true }).check();
  await expect(reports).toHaveCount(2);
  await expect(advertising).toContainText(admin.deleted);
  await expect(advertising).toContainText('Second time');
  await expect(reports.filter({ hasText: 'Boring' })).toContainText(admin.kept);

  // Who has no such power is told so, and not shown an empty list.
  await ann.page.goto(new URL('/admin/reports', ann.page.url()).href);
  await expect(ann.page.getByRole('alert')).toHaveText(admin.forbidden);
});
