import { expect, test } from '../fixtures';
import { type Load, scrollBack, slowDown, switchTo, type, watchLoad } from './page';

const ROUNDS = Number(process.env['ROUNDS'] ?? 3);
/** Between two keys: somebody who types well. */
const PAUSE_MS = 120;
const WORDS = 'how about lunch at noon tomorrow in the kitchen, with the others if they like ';

/** Prints one line of the table in docs/performance.md. */
function tell(what: string, found: readonly number[], unit: string, wanted: string): void {
  const digits = unit === '' ? 3 : 0;
  const values = found.map((value) => value.toFixed(digits)).join(', ');
  console.log(`| ${what} | ${median(found).toFixed(digits)} ${unit} | ${wanted} | ${values} |`);
}

function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

async function rounds<T>(round: () => Promise<T>): Promise<T[]> {
  const found: T[] = [];
  for (let n = 0; n < ROUNDS; n++) found.push(await round());
  return found;
}

test('the first load, 4 times slower, at 10 Mbit/s', async ({ member, open, server }) => {
  const authors = [await member('Ann'), await member('Bob')];
  await server.stop();
  server.fill(400, 'lobby', authors);
  await server.start();
  const cleo = await member('Cleo');
  const loads = await rounds<Load>(async () => {
    // Nothing is there yet: another browser each time.
    const page = await open(cleo, { at: '/healthz' });
    const told = await watchLoad(page);
    await slowDown(page, { network: true });
    await page.goto(`${server.url}/r/lobby`);
    await expect.poll(async () => (await told()).ready).toBeGreaterThan(0);
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 2000)));
    const load = await told();
    await page.context().close();
    return load;
  });
  tell('first contentful paint', loads.map(({ painted }) => painted), 'ms', '≤ 1,000 ms');
  tell('largest contentful paint', loads.map(({ largest }) => largest), 'ms', '≤ 1,800 ms');
  tell('composer usable, and connected', loads.map(({ ready }) => ready), 'ms', '≤ 2,000 ms');
  tell('longest task', loads.map(({ task }) => task), 'ms', '≤ 200 ms');
  tell('layout shift', loads.map(({ shift }) => shift), '', '≤ 0.02');
});

test('typing and switching in a room with 400 rows, 4 times slower', async ({ join, member, owner, server }) => {
  const authors = [await member('Ann'), await member('Bob')];
  const garden = await owner.create('Garden');
  await owner.say('tomatoes', garden.id);
  const cleo = await member('Cleo');
  await cleo.enter(garden);
  await server.stop();
  server.fill(1000, 'lobby', authors);
  await server.start();
  const reader = await join(cleo);
  await expect(reader.row('message 1000')).toBeVisible();
  const { page } = reader;
  // Whoever follows a room has all rows that come until they are too many.
  await authors[0]?.sayAll(Array.from({ length: 360 }, (_, index) => `live ${index + 1}`));
  await expect(reader.row('live 360')).toBeInViewport();
  const rows = await reader.rows.count();
  await slowDown(page);
  const keys = await rounds(async () => {
    await reader.composer.fill('');
    await reader.composer.focus();
    const took = await type(page, WORDS, PAUSE_MS);
    expect(took).toHaveLength(WORDS.length);
    return took;
  });
  await reader.composer.fill('');
  console.log(`| rows | ${rows} |`);
  tell('key press to paint, p50', keys.map(median), 'ms', '');
  tell('key press to paint, p95', keys.map((found) => percentile(found, 0.95)), 'ms', '≤ 50 ms');

  const switches: number[] = [];
  await switchTo(page, 'Garden', 'tomatoes');
  for (let n = 0; n < ROUNDS; n++) {
    switches.push(await switchTo(page, 'Lobby', 'live 359'));
    switches.push(await switchTo(page, 'Garden', 'tomatoes'));
  }
  tell('switch to a room that is known', switches, 'ms', '≤ 100 ms');
});

test('a room of 50,000 messages, 4 times slower', async ({ join, member, server }) => {
  const authors = [await member('Ann'), await member('Bob')];
  await server.stop();
  server.fill(50_000, 'lobby', authors);
  await server.start();
  const reader = await join('Cleo');
  await expect(reader.row('message 50000')).toBeVisible();
  const session = await slowDown(reader.page);
  const found = await scrollBack(reader.page, 5000);
  tell('frame while scrolling back, p95', [percentile(found.frames, 0.95)], 'ms', '≤ 34 ms');
  tell('longest task while scrolling back', [found.task], 'ms', '≤ 100 ms');
  tell('rows in the page, at the most', [found.rows], 'rows', '≤ 400');
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  tell('heap', [usedSize / 2 ** 20], 'MB', '≤ 40 MB');
});
