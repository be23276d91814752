import { expect, test } from '../fixtures';

test('a message is there at once, stays the same row when it is kept, and reaches the other within a second @both', async ({
  join,
}) => {
  const ann = await join('Ann');
  const bob = await join('Bob');
  // What the page shows in the frame after Enter, before any answer.
  await ann.composer.evaluate((field) => {
    field.addEventListener('keydown', () => {
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          const row = [...document.querySelectorAll('main article')].at(-1);
          Object.assign(window, { firstRow: row, firstTop: row?.getBoundingClientRect().top });
        }),
      );
    });
  });
  await ann.say('hello');
  await expect(bob.row('hello')).toBeVisible({ timeout: 1000 });
  await expect(ann.row('hello')).toHaveAttribute('data-state', 'sent');
  const [same, moved] = await ann.row('hello').evaluate((row) => {
    const { firstRow, firstTop } = window as { firstRow?: unknown; firstTop?: number };
    return [row === firstRow, row.getBoundingClientRect().top - (firstTop ?? NaN)];
  });
  expect(same).toBe(true);
  expect(moved).toBe(0);
  await expect(bob.row('hello').getByText('Ann', { exact: true })).toBeVisible();
  await expect(ann.rows).toHaveCount(1);
});

test('order and text are the same for all @both', async ({ join }) => {
  const ann = await join('Ann');
  const bob = await join('Bob');
  const said: string[] = [];
  for (let turn = 0; turn < 10; turn++) {
    const speaker = turn % 2 === 0 ? ann : bob;
    said.push(`${speaker.name} ${turn}`);
    await speaker.say(`${speaker.name} ${turn}`);
    await expect(ann.row(`${speaker.name} ${turn}`)).toBeVisible();
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
  await ann.allSent();
  expect(await ann.texts()).toEqual(said);
});

test('what happens to a message is seen by the others as it happens', async ({ join }) => {
  const ann = await join('Ann');
  const bob = await join('Bob');
  await ann.say('helo');
  await expect(bob.row('helo')).toBeVisible();
  await ann.composer.press('ArrowUp');
  await expect(ann.composer).toHaveValue('helo');
  await ann.say('hello');
  await expect(bob.row('hello')).toBeVisible({ timeout: 1000 });
  await expect(bob.row('hello').getByText('edited')).toBeVisible();

  await bob.row('hello').hover();
  await bob.row('hello').getByRole('button', { name: 'React with 👍' }).click();
  await expect(ann.row('hello').getByRole('button', { name: /👍 1/ })).toBeVisible({ timeout: 1000 });
  await ann
    .row('hello')
    .getByRole('button', { name: /👍 1/ })
    .click();
  await expect(bob.row('hello').getByRole('button', { name: /👍 2/ })).toBeVisible();

  await ann.choose(ann.row('hello'), 'Delete…');
  await ann.page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(bob.rows.getByText('This message was deleted.')).toBeVisible();
  await expect(bob.page.getByText('hello', { exact: true })).toHaveCount(0);
});
