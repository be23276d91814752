import { expect, test } from '../fixtures';

test('fifty thousand messages: the end at once, back through thousands, and to the end again @both', async ({
  join,
  member,
  server,
}) => {
  const ann = await member('Ann');
  const bob = await member('Bob');
  await server.stop();
  server.fill(50_000, 'lobby', [ann, bob]);
  await server.start();
  const reader = await join('Cleo');

  const opened = performance.now();
  await reader.page.reload();
  await expect(reader.rows.last()).toContainText('message 50000');
  await expect(reader.rows.last()).toBeInViewport();
  // A second on a quiet machine; three where others work.
  expect(performance.now() - opened).toBeLessThan(3000);
  // What was kept from the last visit has been replaced by what the server says.
  await reader.online();

  const { largest, most, oldest } = await reader.scroller.evaluate(async (element) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const number = (row: Element | undefined) => Number(/message (\d+)/.exec(row?.textContent ?? '')?.[1]);
    const deadline = performance.now() + 40_000;
    let [largest, most, oldest] = [0, 0, 50_000];
    while (oldest > 48_000 && performance.now() < deadline) {
      element.scrollTop -= 1500;
      await frame();
      const edge = element.getBoundingClientRect();
      const rows = [...element.querySelectorAll('article')];
      const seen = rows.find((row) => row.getBoundingClientRect().top > edge.top + 50);
      // Where its words are: the name above them goes when the message before it comes.
      const before = seen?.getBoundingClientRect().bottom ?? 0;
      await frame();
      await frame();
      if (seen?.isConnected) largest = Math.max(largest, Math.abs(seen.getBoundingClientRect().bottom - before));
      most = Math.max(most, rows.length);
      oldest = Math.min(oldest, number(rows[0]) || oldest);
    }
    return { largest, most, oldest };
  });
  expect(oldest).toBeLessThanOrEqual(48_000);
  expect(most).toBeLessThanOrEqual(420);
  expect(largest).toBeLessThanOrEqual(1);

  const pressed = performance.now();
  await reader.page.getByRole('button', { name: 'Jump to the latest messages' }).click();
  await expect(reader.rows.last()).toContainText('message 50000');
  await expect(reader.rows.last()).toBeInViewport();
  expect(performance.now() - pressed).toBeLessThan(2000);
});
