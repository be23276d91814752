import { expect, test, text } from '../fixtures';

test('older messages come in above without a jump, to the beginning', async ({ join, member }) => {
  const bob = await member('Bob');
  const said = Array.from({ length: 120 }, (_, index) => `message ${index + 1}`);
  await bob.sayAll(said);
  const ann = await join('Ann');
  await expect(ann.row('message 120')).toBeInViewport();
  const jump = await ann.scroller.evaluate(async (element) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const beginning = () => element.textContent?.includes('This is where the conversation begins.');
    const deadline = performance.now() + 30_000;
    let largest = 0;
    while ((element.scrollTop > 1 || !beginning()) && performance.now() < deadline) {
      element.scrollTop -= 400;
      await frame();
      const edge = element.getBoundingClientRect();
      const seen = [...element.querySelectorAll('article')].find(
        (row) => row.getBoundingClientRect().top > edge.top + 50,
      );
      const before = seen?.getBoundingClientRect().top ?? 0;
      for (let wait = 0; wait < 8; wait++) await frame();
      if (seen?.isConnected) largest = Math.max(largest, Math.abs(seen.getBoundingClientRect().top - before));
    }
    return largest;
  });
  expect(jump).toBeLessThanOrEqual(1);
  await expect(ann.page.getByText('This is where the conversation begins.')).toBeVisible();
  expect(await ann.texts()).toEqual(said);
});

test('what is read stays in its place while messages above it grow and shrink @both', async ({ join, member }) => {
  const bob = await member('Bob');
  const first = await bob.say('short');
  await bob.sayAll(Array.from({ length: 40 }, (_, index) => `message ${index + 1}`));
  const ann = await join('Ann');
  await ann.scroller.evaluate((element) => (element.scrollTop = 400));
  const seen = ann.row('message 15');
  await expect(seen).toBeInViewport();
  const top = async () => (await seen.boundingBox())?.y ?? NaN;
  const before = await top();
  await bob.do('PATCH', `/rooms/lobby/messages/${first}`, { text: 'long\n'.repeat(20) });
  await expect(ann.rows.first()).toContainText('edited');
  expect(Math.abs((await top()) - before)).toBeLessThanOrEqual(1);
  await bob.do('DELETE', `/rooms/lobby/messages/${first}`);
  await expect(ann.rows.first()).toContainText('deleted');
  expect(Math.abs((await top()) - before)).toBeLessThanOrEqual(1);
});

test('a link to a message opens around it, and leads to the latest in one press', async ({ join, member }) => {
  const bob = await member('Bob');
  await bob.sayAll(Array.from({ length: 150 }, (_, index) => `message ${index + 1}`));
  const seq = (await bob.do<{ items: { seq: number; text?: string }[] }>('GET', '/rooms/lobby/messages?limit=200'))
    .items.find(({ text }) => text === 'message 20')?.seq;
  const ann = await join('Ann', { at: `/r/lobby/${seq}` });
  await expect(ann.row('message 20')).toBeInViewport();
  await expect(ann.row('message 150')).toHaveCount(0);
  await ann.composer.press('Control+End');
  await expect(ann.row('message 150')).toBeInViewport();
});

test('a room that one comes back to is where it was left', async ({ join, member }) => {
  const bob = await member('Bob');
  await bob.sayAll(Array.from({ length: 60 }, (_, index) => `message ${index + 1}`));
  const ann = await join('Ann');
  await ann.account.create('Garden');
  await expect(ann.row('message 60')).toBeInViewport();
  const seen = ann.row('message 25');
  const stands = async () => (await seen.boundingBox())?.y ?? NaN;
  await ann.scroller.hover();
  await ann.page.mouse.wheel(0, -900);
  await expect(ann.page.getByRole('button', { name: text.timeline.toLatest })).toBeVisible();
  await seen.evaluate((row) => row.scrollIntoView({ block: 'center' }));
  const stood = await stands();

  for (const back of ['by link', 'by history']) {
    await ann.entry('Garden').click();
    await expect(seen).toHaveCount(0);
    await bob.say(`while away, ${back}`);
    await expect(ann.entry('Lobby')).toContainText('unread');
    if (back === 'by link') await ann.entry('Lobby').click();
    else await ann.page.goBack();
    await expect(seen).toBeInViewport();
    expect(Math.abs((await stands()) - stood), back).toBeLessThanOrEqual(1);
  }
  await ann.page.getByRole('button', { name: '2 new messages' }).click();
  await expect(ann.row('while away, by history')).toBeInViewport();

  // Who left at the end sees the end.
  await ann.entry('Garden').click();
  await expect(seen).toHaveCount(0);
  await bob.say('the last one');
  await ann.entry('Lobby').click();
  await expect(ann.row('the last one')).toBeInViewport();
});

test.describe('on a phone, where the members cover the room', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  for (const [where, wheel] of [
    ['in the middle', -900],
    ['at its end', 0],
  ] as const) {
    test(`a room is ${where} as before when they go, and what came is new`, async ({ join, member }) => {
      const bob = await member('Bob');
      const first = await bob.say('short');
      await bob.sayAll(Array.from({ length: 60 }, (_, index) => `message ${index + 1}`));
      const ann = await join('Ann', { at: '/r/lobby' });
      await expect(ann.row('message 60')).toBeInViewport();
      const latest = ann.page.getByRole('button', { name: text.timeline.toLatest });
      if (wheel !== 0) {
        await ann.scroller.hover();
        await ann.page.mouse.wheel(0, wheel);
        await expect(latest).toBeVisible();
        await ann.row('message 40').evaluate((row) => row.scrollIntoView({ block: 'center' }));
      }
      const stands = async () => (await ann.row('message 40').boundingBox())?.y ?? NaN;
      const stood = await stands();

      await ann.page.getByRole('button', { name: text.shell.everybody }).click();
      await expect(ann.aside).toBeVisible();
      await bob.do('PATCH', `/rooms/lobby/messages/${first}`, { text: 'long\n'.repeat(20) });
      await bob.say('meanwhile');
      // Nobody sees them yet.
      await expect(ann.page.locator('article', { hasText: 'meanwhile' })).toBeAttached();
      await ann.page.goBack();
      await expect(ann.scroller).toBeVisible();

      if (wheel === 0) {
        await expect(ann.row('meanwhile')).toBeInViewport();
        await expect(ann.divider).toBeInViewport();
        await expect(latest).toHaveCount(0);
      } else {
        await expect(ann.page.getByRole('button', { name: '1 new message' })).toBeVisible();
        expect(Math.abs((await stands()) - stood)).toBeLessThanOrEqual(1);
      }
    });
  }

  test('a room that they cover before it is there opens at its end', async ({ join, member }) => {
    const bob = await member('Bob');
    await bob.sayAll(Array.from({ length: 60 }, (_, index) => `message ${index + 1}`));
    const ann = await join('Ann', { at: '/r/lobby' });
    await ann.page.reload({ waitUntil: 'commit' });
    await ann.page.getByRole('button', { name: text.shell.everybody }).click();
    await expect(ann.page.locator('article', { hasText: 'message 60' })).toBeAttached();
    await ann.page.goBack();
    await expect(ann.row('message 60')).toBeInViewport();
    await expect(ann.page.getByRole('button', { name: text.timeline.toLatest })).toHaveCount(0);
  });
});
