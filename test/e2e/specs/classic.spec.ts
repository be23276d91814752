import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { join as path } from 'node:path';
import { expect, test as base } from '../fixtures';

const root = path(import.meta.dirname, '..');
const files: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': [path(root, '..', '..', 'examples', 'classic', 'index.html'), 'text/html'],
  '/jquery.js': [path(root, 'node_modules/jquery/dist/jquery.min.js'), 'text/javascript'],
  '/socket.io.js': [path(root, 'node_modules/socket.io-client/dist/socket.io.min.js'), 'text/javascript'],
};

/** The example on an origin of its own, which the server is told to let in. */
const test = base.extend<{ site: string }>({
  site: async ({ browserName }, use) => {
    const server = createServer((request, response) => {
      const [file, type] = files[new URL(request.url ?? '/', `http://${browserName}`).pathname] ?? [];
      if (file === undefined) return response.writeHead(404).end();
      response.setHeader('Content-Type', `${type}; charset=utf-8`);
      return createReadStream(file).pipe(response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    await use(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
    server.closeAllConnections();
    server.close();
  },
  flags: async ({ site }, use) => use(['--origins', site]),
});

test('the plain page of examples/classic and this one are in one room @both', async ({
  browser,
  join,
  server,
  site,
}) => {
  const ann = await join('Ann');
  const context = await browser.newContext();
  const plain = await context.newPage();
  await plain.goto(`${site}/?server=${server.url}`);

  await plain.getByLabel('Nickname').fill('ANN');
  await plain.getByRole('button', { name: 'Set' }).click();
  await expect(plain.locator('#reason')).toContainText('taken');
  await plain.getByLabel('Nickname').fill('Bob');
  await plain.getByRole('button', { name: 'Set' }).click();
  await expect(plain.locator('#reason')).toHaveText('Hello!');

  await plain.getByLabel('Message').pressSequentially('hi');
  await expect(ann.typing).toHaveText(/Bob.* is typing…/);
  await plain.getByRole('button', { name: 'Send' }).click();
  await expect(ann.row('hi').getByText('Bob')).toBeVisible();

  await ann.composer.pressSequentially('<b>hello</b>');
  await expect(plain.locator('#typing')).toHaveText('Ann is typing');
  await ann.composer.press('Enter');
  await expect(plain.getByRole('listitem').last()).toHaveText('Ann: <b>hello</b>');
  await context.close();
});
