import { expect, type Page } from '@playwright/test';
import { dialogs } from '../../web/src/i18n/en/dialogs';
import { en } from '../../web/src/i18n/en';
import { entry } from '../../web/src/i18n/en/entry';
import { settings } from '../../web/src/i18n/en/settings';
import { admin } from '../../web/src/i18n/en/admin';
import type { House } from './house';

/** Something the app can show, and the way to it, in English. */
export interface View {
  readonly name: string;
  readonly at: string;
  /** What is pressed there. */
  readonly steps?: (page: Page) => Promise<void>;
  /** Words that show that it is there. */
  readonly shows: string | RegExp;
}

const press = (name: string) => (page: Page) =>
  page.getByRole('button', { name, exact: true }).first().click();

/** Presses a button that opens a menu, and chooses from it. */
const choose = (button: string, item: string) => async (page: Page) => {
  await press(button)(page);
  await page.getByRole('menuitem', { name: item, exact: true }).click();
};

const profileMenu = en.shell.profileMenu('Olga, In the garden');

/** Puts the pointer on a message, and presses something that appears there. */
const onMessage = (house: House, ...names: readonly string[]) => async (page: Page) => {
  const message = page.locator(`article[data-seq="${house.asked}"]`);
  await message.hover();
  await message.getByRole('button', { name: names[0] ?? '', exact: true }).first().click();
  for (const name of names.slice(1)) await page.getByRole('menuitem', { name, exact: true }).click();
};

/** Everything that the owner of a furnished house can see. */
export function viewsOf(house: House): readonly View[] {
  const room = `/r/${house.garden}`;
  const { shell, timeline } = en;
  return [
    { name: 'lobby', at: '/r/lobby', shows: 'Good morning, everybody' },
    { name: 'room', at: room, shows: 'Thanks a lot' },
    { name: 'direct', at: `/r/${house.direct}`, shows: '明天见？' },
    { name: 'thread', at: `${room}/t/${house.root}`, shows: 'It is behind the shed.' },
    { name: 'members', at: room, steps: press(shell.members(3)), shows: dialogs.liftBan },
    { name: 'pins', at: room, steps: press(shell.pins), shows: dialogs.jump },
    { name: 'toolbar', at: room, steps: onMessage(house, timeline.more), shows: timeline.copyText },
    { name: 'emoji', at: room, steps: onMessage(house, timeline.react), shows: timeline.emoji.groups[1] ?? '' },
    { name: 'deletion', at: room, steps: onMessage(house, timeline.more, timeline.delete), shows: timeline.deleteTitle },
    { name: 'report', at: room, steps: onMessage(house, timeline.more, timeline.report), shows: dialogs.reportHint },
    { name: 'versions', at: room, steps: press(`(${timeline.edited})`), shows: timeline.versionNow },
    { name: 'room menu', at: room, steps: press(shell.roomMenu('Garden')), shows: shell.notifyNone },
    { name: 'edit room', at: room, steps: choose(shell.roomMenu('Garden'), shell.editRoom), shows: dialogs.slowHint },
    { name: 'invite', at: room, steps: choose(shell.roomMenu('Garden'), shell.invite), shows: dialogs.inviteLinkHint },
    { name: 'person', at: room, steps: press('林小雨'), shows: dialogs.inRoom('Garden') },
    { name: 'browse', at: room, steps: press(shell.browse), shows: dialogs.open },
    { name: 'create room', at: room, steps: choose(shell.begin, shell.createRoom), shows: dialogs.privateHint },
    { name: 'new direct', at: room, steps: choose(shell.begin, shell.newDirect), shows: dialogs.newDirectHint },
    { name: 'switcher', at: room, steps: press(shell.find), shows: dialogs.place },
    { name: 'profile menu', at: room, steps: press(profileMenu), shows: shell.dnd },
    { name: 'status', at: room, steps: choose(profileMenu, shell.setStatus), shows: dialogs.statusLabel },
    { name: 'shortcuts', at: room, steps: choose(profileMenu, shell.shortcuts), shows: dialogs.keyMarkRead },
    { name: 'threads', at: '/threads', shows: 'Who has seen the watering can?' },
    { name: 'mentions', at: '/mentions', shows: /see https:\/\/example\.org/ },
    { name: 'saved', at: '/saved', shows: /see https:\/\/example\.org/ },
    { name: 'settings', at: '/settings', shows: settings.nameHint },
    { name: 'settings: appearance', at: '/settings/appearance', shows: settings.clock24 },
    { name: 'settings: writing', at: '/settings/writing', shows: settings.receiptsHint },
    { name: 'settings: account', at: '/settings/account', shows: settings.passwordIntro },
    { name: 'settings: devices', at: '/settings/devices', shows: settings.thisDevice },
    { name: 'settings: tokens', at: '/settings/tokens', shows: 'Weather bot' },
    { name: 'new token', at: '/settings/tokens', steps: press(settings.newToken), shows: settings.scopeWriteHint },
    { name: 'settings: blocked', at: '/settings/blocked', shows: 'Zed' },
    { name: 'settings: about', at: '/settings/about', shows: settings.licencesLink },
    { name: 'admin', at: '/admin', shows: 'Femke' },
    { name: 'person act', at: '/admin', steps: choose(admin.actionsFor('Femke'), admin.purge), shows: admin.purgeTyped('Femke') },
    { name: 'admin: rooms', at: '/admin/rooms', shows: 'News' },
    { name: 'admin: invitations', at: '/admin/invitations', shows: admin.usedOf(0, 5) },
    { name: 'new invitation', at: '/admin/invitations', steps: press(admin.newInvitation), shows: admin.uses },
    { name: 'admin: reports', at: '/admin/reports', shows: 'Buy cheap seeds at my place' },
    { name: 'admin: audit', at: '/admin/audit', shows: /Olga.* banned .*Zed/ },
    { name: 'admin: server', at: '/admin/server', shows: admin.limitsIntro },
    { name: 'nowhere', at: '/no/such/place', shows: shell.nowhereHint },
  ];
}

/** What somebody sees who is not in yet. */
export function entrancesOf(house: House): readonly View[] {
  return [
    { name: 'guest', at: '/', shows: entry.guestNote },
    { name: 'sign in', at: '/', steps: press(entry.signIn), shows: entry.nameOrEmail },
    { name: 'sign up', at: '/', steps: press(entry.signUp), shows: entry.passwordHint },
    { name: 'invitation', at: `/invite#${house.invitation}`, shows: /Olga invites you/ },
    { name: 'spent invitation', at: '/invite#no-such-code', shows: entry.invitationGoneHint },
    { name: 'reset', at: `/reset#${house.reset}`, shows: entry.newPassword },
  ];
}

/** Goes there, in English and as a whole load: no view leans on the one before. */
export async function visit(page: Page, view: View): Promise<void> {
  await page.goto('about:blank');
  await page.goto(view.at);
  await expect(page.locator('#app > *').first()).toBeVisible();
  await view.steps?.(page);
  await expect(page.getByText(view.shows).filter({ visible: true }).first(), view.name).toBeVisible();
}
