import { expect, test } from '../fixtures';

test('a message is there at once, turns to kept in the same row, and reaches the other within a second', async ({
  join,
}) => {
  const ann = await join('Ann');
  const bob = await join('Bob');
  // What the page shows in the frame after Enter, before any answer.
  await ann.page.evaluate(() => {
    const list = document.querySelector('[data-testid="messages"]');
    addEventListener('keydown', () => {
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          const row = list?.querySelector('li[data-id]:last-of-type');
          Object.assign(window, { firstRow: row, firstState: row?.getAttribute('data-state') });
        }),
      );
    });
  });
  await ann.say('hello');
  await expect(bob.row('hello')).toBeVisible({ timeout: 1000 });
  await expect(ann.row('hello')).toHaveAttribute('data-state', 'kept');
  const same = await ann.row('hello').evaluate((row) => row === (window as { firstRow?: unknown }).firstRow);
  expect(same).toBe(true);
  await expect(bob.row('hello').getByText('Ann', { exact: true })).toBeVisible();
  await expect(bob.row('hello')).not.toHaveAttribute('data-state');
  await expect(ann.rows).toHaveCount(1);
});

test('order and text are the same for all', async ({ join }) => {
  const ann = await join('Ann');
  const bob = await join('Bob');
  const said: string[] = [];
  for (let turn = 0; turn < 10; turn++) {
    const speaker = turn % 2 === 0 ? ann : bob;
    said.push(`${speaker.nickname} ${turn}`);
    await speaker.say(`${speaker.nickname} ${turn}`);
    await expect(ann.row(`${speaker.nickname} ${turn}`)).toBeVisible();
  }
  await expect(bob.rows).toHaveCount(10);
  expect(await ann.texts()).toEqual(said);
  expect(await bob.texts()).toEqual(said);
});

test('thirty messages typed faster than they are answered arrive once and in order', async ({ join }) => {
  const ann = await join('Ann');
  const bob = await join('Bob');
  const said = Array.from({ length: 30 }, (_, index) => `message ${index}`);
  await ann.sayAll(said);
  await expect(bob.rows).toHaveCount(30);
  expect(await bob.texts()).toEqual(said);
  await ann.allKept(30);
  expect(await ann.texts()).toEqual(said);
});

test('who joins later sees the last 50, and more on scrolling up, without a jump', async ({ join }) => {
  const ann = await join('Ann');
  const said = Array.from({ length: 120 }, (_, index) => `message ${index + 1}`);
  await ann.sayAll(said);
  await ann.allKept(120);

  const bob = await join('Bob');
  await expect(bob.row('message 120')).toBeInViewport();
  const scroller = bob.page.getByRole('region', { name: 'Messages' });
  const jump = await scroller.evaluate(async (element) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    let largest = 0;
    const beginning = () => element.textContent?.includes('This is where the conversation begins.');
    const deadline = performance.now() + 60_000;
    while ((element.scrollTop > 1 || !beginning()) && performance.now() < deadline) {
      element.scrollTop -= 400;
      await frame();
      const edge = element.getBoundingClientRect();
      const seen = [...element.querySelectorAll('li[data-id]')].find(
        (row) => row.getBoundingClientRect().top > edge.top + 50,
      );
      const before = seen?.getBoundingClientRect().top ?? 0;
      for (let wait = 0; wait < 8; wait++) await frame();
      if (seen?.isConnected) largest = Math.max(largest, Math.abs(seen.getBoundingClientRect().top - before));
    }
    return largest;
  });
  expect(jump).toBeLessThanOrEqual(1);
  await expect(bob.row('message 1')).toHaveCount(1);
  await expect(bob.page.getByText('This is where the conversation begins.')).toBeVisible();
  expect(await bob.texts()).toEqual(said);
});

test('a reader of older messages is not moved, sees how many came, and returns in one press', async ({
  join,
}) => {
  const ann = await join('Ann');
  const bob = await join('Bob');
  await bob.sayAll(Array.from({ length: 40 }, (_, index) => `old ${index + 1}`));
  await expect(ann.rows).toHaveCount(40);
  const scroller = ann.page.getByRole('region', { name: 'Messages' });
  await scroller.evaluate((element) => (element.scrollTop = 300));
  const seen = ann.row('old 8');
  await expect(seen).toBeInViewport();
  const before = await seen.boundingBox();
  await bob.sayAll(Array.from({ length: 20 }, (_, index) => `new ${index + 1}`));
  const pill = ann.page.getByRole('button', { name: '20 new messages' });
  await expect(pill).toBeVisible();
  const after = await seen.boundingBox();
  expect(Math.abs((after?.y ?? 0) - (before?.y ?? 1e9))).toBeLessThanOrEqual(1);
  await pill.click();
  await expect(ann.row('new 20')).toBeInViewport();
  await expect(pill).toBeHidden();
  // The line stays above the first new one until the reader moves on.
  await expect(ann.row('new 1').getByTestId('unread-line')).toHaveCount(1);
  await ann.composer.press('Escape');
  await expect(ann.page.getByTestId('unread-line')).toHaveCount(0);
});
