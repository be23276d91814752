import { io, type Socket } from 'socket.io-client';
import { expect, test } from '../fixtures';

/** So many connections beside the pages, which take a browser's memory each. */
const OTHERS = 47;

test('a server that crashes under fifty connections comes back to all of them and loses nothing @both', async ({
  join,
  member,
  server,
}) => {
  const people = [await join('Ann'), await join('Bob'), await join('Cleo')] as const;
  const [ann, bob, cleo] = people;
  const dan = await member('Dan');
  const heard = Array.from({ length: OTHERS }, () => new Set<string>());
  const others = heard.map((texts) => {
    const socket: Socket = io(`${server.url}/chat`, {
      auth: { token: dan.token },
      transports: ['websocket'],
      forceNew: true,
    });
    return socket.on('entry', ({ text }: { text?: string }) => texts.add(text ?? ''));
  });
  const online = () => others.filter(({ connected }) => connected).length;
  await expect.poll(online).toBe(OTHERS);
  await ann.say('before');
  await expect(ann.row('before')).toHaveAttribute('data-state', 'sent');
  for (const { page } of people) await page.evaluate(() => Object.assign(window, { notReloaded: true }));
  await bob.composer.fill('half a thought');

  await server.kill();
  await ann.say('in between');
  await expect(ann.row('in between')).toHaveAttribute('data-state', 'queued');
  await expect(cleo.banner).toContainText(/Trying again in \d+ s|Trying again…/);
  await expect(ann.banner).toContainText('1 message is sent when it is back');

  const back = performance.now();
  await server.start();
  for (const { row, banner } of people.map((one) => ({ row: one.row('in between'), banner: one.banner }))) {
    await expect(row).toBeVisible();
    await expect(banner).toBeHidden();
  }
  await expect.poll(online).toBe(OTHERS);
  expect(performance.now() - back).toBeLessThan(15_000);
  await cleo.say('afterwards');
  for (const person of people) {
    await expect(person.row('afterwards')).toBeVisible();
    await person.allSent();
    expect(await person.texts()).toEqual(['before', 'in between', 'afterwards']);
    expect(await person.page.evaluate(() => 'notReloaded' in window)).toBe(true);
  }
  await expect.poll(() => heard.filter((texts) => texts.has('afterwards')).length).toBe(OTHERS);
  await expect(bob.composer).toHaveValue('half a thought');
  for (const socket of others) socket.disconnect();
});

test('a server that is stopped in order sends everybody away, and takes them back', async ({
  join,
  server,
}) => {
  const ann = await join('Ann');
  await ann.say('before');
  await expect(ann.row('before')).toHaveAttribute('data-state', 'sent');
  await server.stop();
  await ann.say('in between');
  await expect(ann.row('in between')).toHaveAttribute('data-state', 'queued');
  const retry = ann.page.getByRole('button', { name: 'Retry now' });
  await expect(retry).toBeVisible();
  await server.start();
  // The page tries by itself, too: when it is quicker the button has gone.
  await retry.click({ timeout: 3000 }).catch(() => expect(retry).toHaveCount(0));
  await expect(ann.row('in between')).toHaveAttribute('data-state', 'sent');
});

test('a newer server is told of, and waits for the reader @both', async ({ join, server }) => {
  const ann = await join('Ann');
  await ann.composer.fill('half a thought');
  await server.kill();
  await server.start('newer');
  const notice = ann.page.getByText('There is a new version of this app.');
  await expect(notice).toBeVisible();
  await expect(ann.composer).toHaveValue('half a thought');
  await ann.page.getByRole('button', { name: 'Reload' }).click();
  await ann.online();
  await expect(notice).toBeHidden();
  await expect(ann.composer).toHaveValue('half a thought');
});
