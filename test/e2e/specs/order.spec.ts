import type { Page } from '@playwright/test';
import { dialogs } from '../../../web/src/i18n/en/dialogs';
import { entry } from '../../../web/src/i18n/en/entry';
import { settings } from '../../../web/src/i18n/en/settings';
import { Account, expect, PASSWORD, Person, test, text } from '../fixtures';
import { invite } from '../house';

/** Opens what can be done about somebody, from the list of members. */
async function look(keeper: Person, name: string): Promise<void> {
  if (!(await keeper.aside.isVisible()))
    await keeper.page.getByTitle(text.shell.membersTitle, { exact: true }).click();
  await keeper.aside.getByRole('listitem').filter({ hasText: name }).getByRole('button').click();
  await expect(keeper.page.getByRole('dialog', { name })).toContainText(dialogs.inRoom('Garden'));
}

/** Presses a button of the dialog, and the one that confirms it. */
async function act(
  keeper: Person,
  verb: string,
  { choice, reason }: { choice?: string; reason?: string } = {},
): Promise<void> {
  await keeper.page.getByRole('dialog').getByRole('button', { name: verb, exact: true }).click();
  const asked = keeper.page.getByRole('dialog', { name: verb, exact: true });
  if (choice !== undefined) await asked.getByLabel(choice).check();
  if (reason !== undefined) await asked.getByLabel(dialogs.reason).fill(reason);
  await asked.getByRole('button', { name: verb, exact: true }).click();
  await expect(asked).toBeHidden();
}

async function closeProfile(person: Person): Promise<void> {
  await person.page.keyboard.press('Escape');
  await expect(person.page.getByRole('dialog')).toHaveCount(0);
}

async function signIn(page: Page, name: string, password = PASSWORD): Promise<void> {
  await page.getByLabel(entry.nameOrEmail).fill(name);
  await page.getByLabel(entry.password, { exact: true }).fill(password);
  await page.getByLabel(entry.password, { exact: true }).press('Enter');
}

test('who is muted, removed or banned is told, and comes back when it is taken back @both', async ({
  join,
  member,
}) => {
  const account = await member('Mona');
  const garden = await account.create('Garden');
  const at = { at: `/r/${garden.id}` };
  const bob = await member('Bob');
  await bob.enter(garden);
  const mona = await join(account, at);
  const his = await join(bob, at);

  await his.composer.fill('I was about to say');
  await look(mona, 'Bob');
  await act(mona, dialogs.mute, { choice: dialogs.minutes(10), reason: 'Take a breath' });
  await expect(his.composer).toHaveCount(0);
  await expect(his.room.getByText(/^You are muted in this room until (.*, )?\d\d:\d\d\. /)).toContainText(
    text.composer.draftKept,
  );
  await expect(his.room.getByRole('log')).toContainText('Take a breath');
  await mona.page.getByRole('dialog').getByRole('button', { name: dialogs.unmute, exact: true }).click();
  await expect(his.composer).toHaveValue('I was about to say');
  await his.say('I am back');
  await expect(mona.row('I am back')).toBeVisible();

  await act(mona, dialogs.removeFromRoom);
  await expect(his.page.getByText(text.shell.removedFrom('Garden'))).toBeVisible();
  await expect(his.entry('Garden')).toHaveCount(0);
  await his.page.goto(new URL(at.at, his.page.url()).href);
  await his.page.getByRole('button', { name: text.shell.join, exact: true }).click();
  await his.say('Here again');
  await closeProfile(mona);
  await expect(mona.row('Here again')).toBeVisible();

  await look(mona, 'Bob');
  await act(mona, dialogs.ban, { reason: 'Advertising' });
  await expect(his.page.getByText(text.shell.bannedFrom('Garden'))).toBeVisible();
  await his.page.goto(new URL(at.at, his.page.url()).href);
  await expect(his.page.getByRole('heading', { name: text.shell.bannedHere })).toBeVisible();
  await closeProfile(mona);
  await expect(mona.aside).toContainText('Advertising');
  await mona.aside.getByRole('button', { name: `${dialogs.liftBan} Bob` }).click();
  await expect(mona.aside.getByText('Advertising')).toHaveCount(0);
  await his.page.reload();
  await his.page.getByRole('button', { name: text.shell.join, exact: true }).click();
  await expect(his.composer).toBeVisible();
});

test('slow mode, announcements and the archive say why one cannot write', async ({ join, member, owner }) => {
  const garden = await owner.create('Garden');
  const news = await owner.create('News', { kind: 'announcement' });
  const ann = await member('Ann');
  await ann.enter(garden);
  await ann.enter(news);
  const told = await owner.say('We have a pond now', news.id);
  const she = await join(ann, { at: `/r/${garden.id}` });
  await owner.do('PATCH', `/rooms/${garden.id}`, { slow: 30 });
  await expect(she.room.getByText(text.composer.slowly(30))).toBeVisible();
  await she.say('one');
  await expect(she.room.getByText(/^Slow mode: write again in \d+/)).toBeVisible();
  await she.say('two');
  await expect(she.composer).toHaveValue('two');
  await owner.do('PATCH', `/rooms/${garden.id}`, { slow: 0 });
  await expect(she.room.getByText(/^Slow mode: write again/)).toHaveCount(0);
  await she.composer.press('Enter');
  await expect(she.row('two')).toHaveAttribute('data-state', 'sent');

  await she.entry('News').click();
  await expect(she.room.getByText(text.composer.silence.announcement)).toBeVisible();
  await expect(she.composer).toHaveCount(0);
  // What the sentence offers is true.
  await she.row('We have a pond now').hover();
  await she.row('We have a pond now').getByRole('button', { name: text.timeline.replyInThread, exact: true }).click();
  const answer = she.aside.getByLabel(text.composer.labelThread, { exact: true });
  await answer.fill('With fish?');
  await answer.press('Enter');
  await expect(she.aside.getByText('With fish?')).toBeVisible();
  await expect
    .poll(() => owner.do('GET', `/rooms/${news.id}/threads/${told}`))
    .toMatchObject({ page: { items: [{ text: 'With fish?' }] } });

  await owner.do('PATCH', `/rooms/${garden.id}`, { archived: true });
  await she.entry('Garden').click();
  await expect(she.room.getByText(text.composer.silence.archived)).toBeVisible();
  await expect(she.row('one')).toBeVisible();
  await owner.do('PATCH', `/rooms/${garden.id}`, { archived: false });
  await she.say('three');
  await expect(she.row('three')).toHaveAttribute('data-state', 'sent');
});

test('who is bothered reports a message and folds its author away', async ({ join, member, owner, server }) => {
  const bob = await member('Bob');
  const seq = await bob.say('Buy my seeds');
  const ann = await join('Ann');
  const row = ann.row('Buy my seeds');
  await ann.choose(row, text.timeline.report);
  const report = ann.page.getByRole('dialog', { name: dialogs.report });
  await report.getByRole('button', { name: dialogs.send, exact: true }).click();
  await expect(report.getByLabel(dialogs.reportReason)).toHaveAccessibleDescription(
    new RegExp(dialogs.reportEmpty),
  );
  await report.getByLabel(dialogs.reportReason).fill('Advertising');
  await report.getByRole('button', { name: dialogs.send, exact: true }).click();
  await expect(ann.page.getByText(dialogs.reported)).toBeVisible();
  expect(await owner.do('GET', '/reports?state=open')).toMatchObject({
    reports: [{ reason: 'Advertising', by: { name: 'Ann' }, message: { seq, text: 'Buy my seeds' } }],
  });

  await row.getByRole('button', { name: 'Bob', exact: true }).click();
  await act(ann, dialogs.block);
  await closeProfile(ann);
  await expect(ann.room.getByText('Buy my seeds')).toHaveCount(0);
  await ann.room.getByRole('button', { name: text.timeline.show }).click();
  await expect(row).toBeVisible();
  await ann.page.goto(`${server.url}/settings/blocked`);
  await ann.page.getByRole('button', { name: settings.unblockOf('Bob') }).click();
  await expect(ann.page.getByText(settings.blockedEmpty)).toBeVisible();
  await ann.entry('Lobby').click();
  await expect(row).toBeVisible();
});

test('a device that is signed out from another is told at once, and keeps what was begun', async ({
  join,
  server,
}) => {
  const ann = await join('Ann');
  const phone = await join(
    await Account.open(server, 'sessions', { name: 'Ann', password: PASSWORD, device: 'Old phone' }),
  );
  await phone.composer.fill('half a thought');
  await ann.page.goto(`${server.url}/settings/devices`);
  await ann.page.getByRole('button', { name: settings.signOutOf('Old phone') }).click();
  await expect(phone.page.getByText(entry.endedRevoked)).toBeVisible({ timeout: 2000 });
  await expect(ann.page.getByText(settings.deviceSignedOut)).toBeVisible();
  await expect(ann.page.getByText('Old phone', { exact: true })).toHaveCount(0);
  await expect(ann.page.getByText(settings.thisDevice)).toBeVisible();
  await signIn(phone.page, 'Ann');
  await phone.online();
  await expect(phone.composer).toHaveValue('half a thought');
});

test('a link lets somebody choose a new password, once', async ({ owner, member, open, trouble }) => {
  const ann = await member('Ann');
  const { code } = await owner.do<{ code: string }>('POST', `/people/${ann.id}/reset`);
  const page = await open(undefined, { at: `/reset#${code}` });
  await page.getByLabel(entry.newPassword).fill('a whole new sentence');
  await page.getByRole('button', { name: entry.resetAct }).click();
  await page.getByRole('button', { name: entry.signIn, exact: true }).click();
  await signIn(page, 'Ann', 'a whole new sentence');
  await new Person(ann, page).online();

  const late = await open(undefined, { at: `/reset#${code}` });
  await late.getByLabel(entry.newPassword).fill('another sentence');
  await late.getByRole('button', { name: entry.resetAct }).click();
  await expect(late.getByRole('alert')).toContainText('Ask for a new one');
  // The browser itself tells of the answers that refuse.
  expect(trouble.splice(0).filter((line) => !/\b4\d\d\b/.test(line))).toEqual([]);
});

test('an invitation that is used up, expired or revoked says so, and what to do', async ({
  owner,
  server,
  open,
  trouble,
}) => {
  await owner.do('PATCH', '/settings', { registration: 'invitation', guests: false });
  const code = await invite(owner, { uses: 1, days: 1 });
  const friend = await open(undefined, { at: `/invite#${code}` });
  await friend.getByLabel(entry.name, { exact: true }).fill('Femke');
  await friend.getByLabel(entry.password, { exact: true }).fill(PASSWORD);
  await friend.getByRole('button', { name: entry.signUp }).click();
  const femke = { name: 'Femke' } as Account;
  await new Person(femke, friend).online();

  const late = await open(undefined, { at: `/invite#${code}` });
  await expect(late.getByText(entry.invitationGoneHint)).toBeVisible();
  const revoked = await owner.do<{ invitation: { id: string; code: string } }>('POST', '/invitations', { uses: 0 });
  await late.goto('about:blank');
  await late.goto(`${server.url}/invite#${revoked.invitation.code}`);
  await expect(late.getByText(entry.invited('Olga'))).toBeVisible();
  await owner.do('DELETE', `/invitations/${revoked.invitation.id}`);
  await late.reload();
  await expect(late.getByText(entry.invitationGoneHint)).toBeVisible();
  // Without one the way in says where to get one.
  await late.goto(`${server.url}/`);
  await expect(late.getByText(entry.byInvitation)).toBeVisible();
  expect(trouble.splice(0).filter((line) => !/\b4(04|10)\b/.test(line))).toEqual([]);
});
