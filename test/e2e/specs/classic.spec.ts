import { createRequire } from 'node:module';
import { join as path } from 'node:path';
import { expect, test } from '../fixtures';

const example = path(import.meta.dirname, '..', '..', '..', 'examples', 'classic', 'index.html');
const { resolve } = createRequire(import.meta.url);
const site = 'http://classic.localhost:8080';

test.use({ flags: ['--origins', site] });

test('the plain page of examples/classic and this one are in one room', async ({ browser, join, server }) => {
  const ann = await join('Ann');
  const context = await browser.newContext();
  await context.route(`${site}/**`, (route) => {
    const file = new URL(route.request().url()).pathname;
    if (file === '/jquery.js') return route.fulfill({ path: resolve('jquery/dist/jquery.min.js') });
    if (file === '/socket.io.js') return route.fulfill({ path: resolve('socket.io-client/dist/socket.io.min.js') });
    return route.fulfill({ path: example });
  });
  const plain = await context.newPage();
  await plain.goto(`${site}/?server=${server.url}`);

  await plain.getByLabel('Nickname').fill('ANN');
  await plain.getByRole('button', { name: 'Set' }).click();
  await expect(plain.locator('#reason')).toContainText('taken');
  await plain.getByLabel('Nickname').fill('Bob');
  await plain.getByRole('button', { name: 'Set' }).click();
  await expect(plain.locator('#reason')).toHaveText('Hello!');
  await expect(ann.people).toHaveCount(2);

  await plain.getByLabel('Message').pressSequentially('hi');
  await expect(ann.typing).toHaveText('Bob is typing…');
  await plain.getByRole('button', { name: 'Send' }).click();
  await expect(ann.row('hi').getByText('Bob')).toBeVisible();

  await ann.composer.pressSequentially('<b>hello</b>');
  await expect(plain.locator('#typing')).toHaveText('Ann is typing');
  await ann.composer.press('Enter');
  await expect(plain.getByRole('listitem').last()).toHaveText('Ann: <b>hello</b>');
  await context.close();
  await expect(ann.people).toHaveCount(1, { timeout: 20_000 });
});
