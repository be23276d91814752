import { join as path } from 'node:path';
import { expect, test } from '../fixtures';

const picture = path(import.meta.dirname, '..', '..', '..', 'docs', 'screenshot.png');

const conversation: readonly (readonly [nickname: string, text: string])[] = [
  ['Théo', 'The new node is up: https://status.example.org/nodes/3'],
  ['林小雨', '太好了！我们这边一条消息都没丢。'],
  ['Théo', 'Two restarts, 400 people connected, nobody noticed.'],
  ['Nadia', 'And the order of messages after a restart? I would like to write that down properly.'],
  [
    'Sofia',
    'Every room is one numbered log: 1, 2, 3 … without holes. Whoever comes back gets exactly what was missed.',
  ],
  ['Nadia', 'So if my train goes through a tunnel while I am writing …'],
  ['Sofia', '… your message waits, visibly, and goes out once when you are back. Never twice.'],
  ['林小雨', '中文和 English 混排也没问题，链接看https://example.org/docs。试试？'],
];

test('the picture of the README', async ({ join }) => {
  test.setTimeout(180_000);
  const people = new Map<string, Awaited<ReturnType<typeof join>>>();
  for (const nickname of ['Théo', '林小雨', 'Sofia', 'Marguerite'])
    people.set(nickname, await join(nickname));
  const nadia = await join('Nadia', { viewport: { width: 1200, height: 846 }, colorScheme: 'light' });
  people.set('Nadia', nadia);
  for (const [nickname, text] of conversation) {
    await people.get(nickname)?.say(text);
    await expect(nadia.rows.last()).toContainText(text.slice(0, 10));
  }
  await nadia.say('That is a sentence for the front page.');
  await expect(nadia.page.locator('li[data-state="kept"]')).toHaveCount(3);
  await people.get('Marguerite')?.composer.pressSequentially('x');
  await expect(nadia.typing).toHaveText('Marguerite is typing…');
  await nadia.page.screenshot({ path: picture, animations: 'disabled', caret: 'hide' });
});
