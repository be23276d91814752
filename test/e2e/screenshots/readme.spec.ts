import { writeFileSync } from 'node:fs';
import { join as path } from 'node:path';
import type { Page } from '@playwright/test';
import { hueOf } from '../../../web/src/models/portrait';
import { expect, test, text, type Account } from '../fixtures';

const picture = path(import.meta.dirname, '..', '..', '..', 'docs', 'screenshot.webp');

/** Where it is ten in the morning now: people do not look at their best at five. */
const morning = (() => {
  const ahead = 10 - new Date().getUTCHours();
  return `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
})();

const COMMAND = '```sh\ncauserie serve --redis redis://10.0.0.7:6379/0   # as many as you like\n```';

/** A picture as sharp as on a good screen, in a third of what a PNG takes. */
async function webp(page: Page): Promise<Buffer> {
  const png = await page.screenshot({ animations: 'disabled', caret: 'hide' });
  const encoded = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const canvas = new OffscreenCanvas(image.width, image.height);
    canvas.getContext('2d')?.drawImage(image, 0, 0);
    const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.9 });
    return [...new Uint8Array(await blob.arrayBuffer())];
  }, png.toString('base64'));
  return Buffer.from(encoded);
}

test('the picture of the README', async ({ owner: sofia, join, member }) => {
  test.setTimeout(180_000);
  await sofia.do('PATCH', '/settings', { name: 'Atelier Nord' });
  await sofia.do('PATCH', '/me', { name: 'Sofia' });
  // The server chooses ids, and ids the colours: somebody looks like nobody else in the picture.
  const colours = new Set([hueOf(sofia.id)]);
  const somebody = async (name: string): Promise<Account> => {
    const one = await member(`Somebody ${++tries}`);
    const colour = hueOf(one.id);
    if ([...colours].some((other) => other === colour)) return somebody(name);
    colours.add(colour);
    await one.do('PATCH', '/me', { name });
    return one;
  };
  let tries = 0;
  const [theo, lin] = [await somebody('Théo'), await somebody('林小雨')];
  const [nadia, marguerite] = [await somebody('Nadia'), await somebody('Marguerite')];

  const release = await sofia.create('Release 2.0', { topic: 'Out on Thursday, if the tests agree' });
  const design = await sofia.create('Design');
  const news = await sofia.create('Announcements', { kind: 'announcement' });
  const kitchen = await theo.create('Kitchen');
  for (const one of [theo, lin, nadia, marguerite])
    for (const room of [release, design, news, kitchen]) await one.enter(room);
  await nadia.create('Budget', { kind: 'private' });
  await nadia.do('PATCH', `/rooms/${release.id}/prefs`, { favourite: true });

  await theo.say('Third node is up: https://status.example.org/nodes/3', release.id);
  await lin.say('太好了！重启两次，我们这边一条消息都没丢。', release.id);
  const asked = await nadia.say(
    'And if my train goes through a tunnel while I am writing?',
    release.id,
  );
  await sofia.say(
    'Then your message waits, where you can see it, and goes out **once** when you are back. Never twice.',
    release.id,
    { reply: asked },
  );
  const notes = await theo.say('Anybody can try it at home. The notes are in the thread, @Nadia:', release.id);
  await theo.say(COMMAND, release.id);
  for (const one of [sofia, lin, nadia])
    await one.do('PUT', `/rooms/${release.id}/messages/${notes}/reactions/${encodeURIComponent('❤️')}`, {});
  const say = (who: Account, words: string) => who.say(words, release.id, { thread: notes });
  await say(sofia, 'I would begin with what people notice: it starts with nothing, and needs nothing.');
  await say(lin, '中文版我来写。');
  await say(nadia, 'And say plainly what “acknowledged” means: it is on disk.');
  await say(theo, 'Good. `kill -9` as the first sentence, then.');

  await nadia.do('PUT', `/rooms/${release.id}/read`, { seq: notes + 5 });
  await lin.do('PUT', `/rooms/${design.id}/read`, { seq: 1 });
  await marguerite.say('The new icons, for everybody with two minutes', design.id);
  await marguerite.say('@Nadia the train one is for you', design.id);
  await theo.say('There is soup', kitchen.id);
  const direct = await nadia.direct(lin);
  await nadia.say('明天见！', direct.id);
  const group = await nadia.direct(theo, sofia);
  await nadia.say('Thursday it is', group.id);
  await nadia.direct(marguerite);

  // Those whose pages are open are here.
  for (const one of [theo, lin, sofia]) await join(one);
  const at = { at: `/r/${release.id}` };
  const typist = await join(marguerite, at);
  const { page, room, typing } = await join(nadia, {
    ...at,
    viewport: { width: 1320, height: 820 },
    deviceScaleFactor: 2,
    colorScheme: 'light',
    timezoneId: morning,
  });
  await nadia.do('PATCH', '/me', { status: 'On the train until noon' });
  await page.getByText(text.timeline.replies(4)).click();
  await expect(page.getByRole('complementary').getByText('as the first sentence')).toBeVisible();
  await expect(room.locator('pre code span').first()).toBeVisible();
  await room.getByLabel(text.composer.label, { exact: true }).click();
  await typist.composer.pressSequentially('x');
  await expect(typing).toHaveText('Marguerite is typing…');
  writeFileSync(picture, await webp(page));
});
