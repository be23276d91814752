import type { Locator } from '@playwright/test';
import { expect, test } from '../fixtures';

/** Scrolls there, which loads a page, and tells how far that page moved what is read. */
function loadedFrom(scroller: Locator, top: number): Promise<{ moved: number; loaded: boolean }> {
  return scroller.evaluate(async (element, to) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const ends = () => {
      const rows = [...element.querySelectorAll('article')];
      return `${rows[0]?.dataset['seq']} ${rows.at(-1)?.dataset['seq']}`;
    };
    element.scrollTop = to < 0 ? element.scrollHeight - element.clientHeight + to : to;
    const [before, edge] = [ends(), element.getBoundingClientRect().top];
    const seen = [...element.querySelectorAll('article')].find(
      (row) => row.getBoundingClientRect().top > edge + 50,
    );
    // Where its words are: the name above them goes when the message before it comes.
    const stood = seen?.getBoundingClientRect().bottom ?? NaN;
    const deadline = performance.now() + 5000;
    while (ends() === before && performance.now() < deadline) await frame();
    for (let wait = 0; wait < 4; wait++) await frame();
    const moved = Math.abs((seen?.isConnected ? seen.getBoundingClientRect().bottom : NaN) - stood);
    return { moved, loaded: ends() !== before };
  }, top);
}

test.beforeEach(async ({ member, server }) => {
  const authors = [await member('Ann'), await member('Bob')];
  await server.stop();
  server.fill(3000, 'lobby', authors);
  await server.start();
});

for (const viewport of [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
]) {
  test(`a page that comes or goes moves nothing that is read, ${viewport.width} px wide`, async ({ join }) => {
    const reader = await join('Cleo', { viewport });
    await expect(reader.row('message 3000')).toBeInViewport();
    // At the very top too, where browsers hold nothing by themselves; more than the window carries.
    for (const top of [0, 1, 300, 0, 900, 0, 40, 0, 700, 0, 0]) {
      const { moved, loaded } = await loadedFrom(reader.scroller, top);
      expect(loaded).toBe(true);
      expect(moved, `from ${top} px`).toBeLessThanOrEqual(1);
    }
    // Back down: each page drops rows above.
    for (const end of [-10, -500, -900]) {
      const { moved, loaded } = await loadedFrom(reader.scroller, end);
      expect(loaded).toBe(true);
      expect(moved, `${end} px from the end`).toBeLessThanOrEqual(1);
    }
  });
}

test('messages that arrive while a page comes move nothing', async ({ join, member }) => {
  const dora = await member('Dora');
  const reader = await join('Cleo');
  await expect(reader.row('message 3000')).toBeInViewport();
  for (const top of [0, 400, 0]) {
    const [{ moved }] = await Promise.all([
      loadedFrom(reader.scroller, top),
      dora.sayAll(['one more', 'and one', 'and another']),
    ]);
    expect(moved, `from ${top} px`).toBeLessThanOrEqual(1);
  }
});

test('a fast wheel passes through pages by its own steps only', async ({ join }) => {
  const reader = await join('Cleo');
  await expect(reader.row('message 3000')).toBeInViewport();
  const watch = await reader.scroller.evaluateHandle((element) => {
    const state = { largest: 0, ends: false };
    let last = new Map<Element, number>();
    const look = () => {
      const now = new Map([...element.querySelectorAll('article')].map((row) => [row, row.getBoundingClientRect().top]));
      const edge = element.getBoundingClientRect();
      for (const [row, top] of now) {
        const before = last.get(row);
        if (before !== undefined && before > edge.top && before < edge.bottom)
          state.largest = Math.max(state.largest, Math.abs(top - before));
      }
      last = now;
      if (!state.ends) requestAnimationFrame(look);
    };
    look();
    return state;
  });
  const box = await reader.scroller.boundingBox();
  await reader.page.mouse.move((box?.x ?? 0) + 200, (box?.y ?? 0) + 200);
  const oldest = () => reader.rows.first().getAttribute('data-seq').then(Number);
  const from = await oldest();
  for (let turn = 0; turn < 60; turn++) await reader.page.mouse.wheel(0, -400);
  await expect.poll(oldest).toBeLessThan(from - 150);
  const largest = await watch.evaluate((state) => {
    state.ends = true;
    return state.largest;
  });
  // A page of fifty is over 2000 px.
  expect(largest).toBeLessThan(1500);
});
