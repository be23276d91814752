import { desk } from '../../../web/src/i18n/en/desk';
import { expect, test, text, type Person } from '../fixtures';

const list = (person: Person, name: string) => person.room.getByRole('group', { name, exact: true });

test('threads one takes part in are told, with what is new in them @both', async ({ join, member }) => {
  const bob = await member('Bob');
  const garden = await bob.create('Garden');
  const account = await member('Ann');
  await account.enter(garden);
  const pond = await bob.say('We need a **pond**', garden.id);
  await bob.say('And a bench', garden.id);
  await account.say('With fish', garden.id, { thread: pond });
  await bob.say('No fish', garden.id, { thread: pond });
  await bob.say('Well, some', garden.id, { thread: pond });
  const ann = await join(account, { at: '/r/lobby' });
  await ann.sidebar.getByRole('link', { name: text.shell.threads, exact: true }).click();
  const threads = list(ann, desk.threads).getByRole('listitem');
  await expect(threads).toHaveCount(1);
  await expect(threads).toContainText('We need a pond');
  await expect(threads).toContainText(desk.newReplies(2));
  await bob.say('Goldfish', garden.id, { thread: pond });
  await expect(threads).toContainText(desk.newReplies(3));

  await threads.getByRole('link').click();
  await expect(ann.aside.getByText('Goldfish')).toBeVisible();
  await ann.page.goBack();
  await expect(threads).toContainText(desk.replies(4));

  await threads.getByRole('button', { name: desk.unfollow }).click();
  await expect(ann.page.getByText(desk.threadsEmpty)).toBeVisible();
  await ann.page.getByRole('button', { name: desk.undo, exact: true }).click();
  await expect(threads).toHaveCount(1);
});

test('mentions come as they are written, and lead to the message', async ({ join, member }) => {
  const bob = await member('Bob');
  const garden = await bob.create('Garden');
  const account = await member('Ann');
  await account.enter(garden);
  const seq = await bob.say('@Ann, the `pond` is leaking', garden.id);
  await bob.sayAll(Array.from({ length: 60 }, (_, index) => `drop ${index + 1}`), garden.id);
  const ann = await join(account, { at: '/r/lobby' });
  await ann.sidebar.getByRole('link', { name: text.shell.mentions, exact: true }).click();
  const mentions = list(ann, desk.mentions).getByRole('listitem');
  await expect(mentions).toHaveCount(1);
  await bob.say('@Ann come quickly');
  await expect(mentions).toHaveCount(2);
  await expect(mentions.first()).toContainText('@Ann come quickly');
  await mentions.filter({ hasText: 'leaking' }).getByRole('link').click();
  await expect(ann.page).toHaveURL(new RegExp(`/r/${garden.id}/${seq}$`));
  const message = ann.page.locator(`article[data-seq="${seq}"]`);
  await expect(message).toBeInViewport();
  await expect(message).toHaveClass(/flash/);
  await ann.page.goBack();
  await bob.do('DELETE', `/rooms/${garden.id}/messages/${seq}`);
  await ann.page.reload();
  await expect(ann.room.getByText('leaking')).toHaveCount(0);
});

test('what is saved is found again, also what was saved elsewhere', async ({ join, member }) => {
  const bob = await member('Bob');
  const seq = await bob.say('The gate code is 4711');
  await bob.say('Do not lose it');
  const ann = await join('Ann');
  await ann.choose(ann.row('The gate code is 4711'), text.timeline.save);
  await ann.sidebar.getByRole('link', { name: text.shell.saved, exact: true }).click();
  const saved = list(ann, desk.saved).getByRole('listitem');
  await expect(saved).toContainText('The gate code is 4711');
  await ann.account.do('PUT', `/saved/lobby/${seq + 1}`, {});
  await expect(saved).toHaveCount(2);
  await saved.filter({ hasText: 'Do not lose it' }).getByRole('button', { name: desk.unsave }).click();
  await expect(saved).toHaveCount(1);
  // Whoever removes by keyboard is still in the list.
  await expect(list(ann, desk.saved)).toBeFocused();
  await ann.page.getByRole('button', { name: desk.undo, exact: true }).click();
  await expect(saved).toHaveCount(2);
  await bob.do('PATCH', `/rooms/lobby/messages/${seq}`, { text: 'The gate code is 4712' });
  await ann.page.reload();
  await expect(saved.filter({ hasText: '4712' }).getByRole('link')).toBeVisible();
  await saved.filter({ hasText: '4712' }).getByRole('link').click();
  await expect(ann.row('The gate code is 4712')).toBeInViewport();
});
