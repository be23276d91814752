import { expect, test } from '../fixtures';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

test('emphasis and links work beside Chinese, and a copy is what was written @both', async ({ join }) => {
  const ann = await join('Ann');
  const bob = await join('Bob');
  const lines = [
    ['他说**“你好”**然后走了', 'strong', '“你好”'],
    ['**重要：**请看说明', 'strong', '重要：'],
    ['这是*斜体（注）*文字', 'em', '斜体（注）'],
    ['运行`npm test`命令', 'code', 'npm test'],
  ] as const;
  for (const [line, element, inner] of lines) {
    await ann.say(line);
    await expect(bob.rows.last().locator(`.text ${element}`)).toHaveText(inner);
  }
  await ann.say('看https://example.com/a。谢谢（https://example.com/b）, or write to ann@example.com.');
  const links = bob.rows.last().locator('.text').getByRole('link');
  await expect(links).toHaveText(['https://example.com/a', 'https://example.com/b', 'ann@example.com']);
  await expect(links.nth(2)).toHaveAttribute('href', 'mailto:ann@example.com');

  await bob.choose(bob.rows.nth(1), 'Copy text');
  await expect(bob.page.getByText('Copied.')).toBeVisible();
  expect(await bob.page.evaluate(() => navigator.clipboard.readText())).toBe('**重要：**请看说明');
});

test('code is a block that scrolls by itself, is coloured and can be copied', async ({ join }) => {
  const ann = await join('Ann');
  const code = `const answer = 42; // ${'a long line '.repeat(30)}`.trimEnd();
  await ann.composer.fill(`look:\n\`\`\`js\n${code}\n\`\`\``);
  await ann.composer.press('Enter');
  const block = ann.rows.last().locator('pre');
  await expect(block).toHaveText(code);
  await expect(block.locator('span').first()).toBeAttached();
  expect(await block.evaluate((pre) => pre.scrollWidth > pre.clientWidth)).toBe(true);
  expect(await ann.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  await ann.rows.last().getByRole('button', { name: 'Copy code' }).click();
  await expect(ann.page.getByText('Copied.')).toBeVisible();
  expect((await ann.page.evaluate(() => navigator.clipboard.readText())).trim()).toBe(code);
});
