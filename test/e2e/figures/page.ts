import type { CDPSession, Page } from '@playwright/test';
import { en } from '../../../web/src/i18n/en';

/** A slow phone on a slow line: what the figures are promised for. */
const SLOWER = 4;
const BITS_PER_SECOND = 10e6;
const LATENCY_MS = 40;

export async function slowDown(page: Page, { network = false } = {}): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  if (network) {
    const throughput = BITS_PER_SECOND / 8;
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: LATENCY_MS,
      downloadThroughput: throughput,
      uploadThroughput: throughput,
    });
  }
  return session;
}

export interface Load {
  readonly painted: number;
  readonly largest: number;
  readonly ready: number;
  readonly shift: number;
  readonly task: number;
}

/** Notes what happens while a page is loaded; has to be there before it is. */
export async function watchLoad(page: Page): Promise<() => Promise<Load>> {
  await page.addInitScript((online) => {
    const load = { painted: 0, largest: 0, ready: 0, shift: 0, task: 0 };
    Object.assign(window, { load });
    const watch = (type: string, note: (entry: PerformanceEntry) => void) =>
      new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
    watch('paint', ({ name, startTime }) => {
      if (name === 'first-contentful-paint') load.painted = startTime;
    });
    watch('largest-contentful-paint', ({ startTime }) => (load.largest = startTime));
    watch('layout-shift', (entry) => {
      const { value, hadRecentInput } = entry as unknown as { value: number; hadRecentInput: boolean };
      if (!hadRecentInput) load.shift += value;
    });
    watch('longtask', ({ duration }) => (load.task = Math.max(load.task, duration)));
    // One can write, and the server has been heard.
    const look = () => {
      const writes = document.querySelector('main textarea') !== null;
      const heard = document.querySelector('nav')?.textContent.includes(online) === true;
      if (writes && heard) load.ready = performance.now();
      else requestAnimationFrame(look);
    };
    look();
  }, en.shell.online);
  return () => page.evaluate(() => (window as unknown as { load: Load }).load);
}

/** How long each key takes until the frame that shows what it wrote has been made. */
export async function type(page: Page, text: string, pauseMs: number): Promise<number[]> {
  await page.evaluate(() => {
    const keys: number[] = [];
    Object.assign(window, { keys });
    const painted = new MessageChannel();
    const begun: number[] = [];
    painted.port1.onmessage = () => keys.push(performance.now() - (begun.shift() ?? NaN));
    const onkeydown = ({ timeStamp }: KeyboardEvent) => {
      begun.push(timeStamp);
      // Frames are made after their callbacks, and messages are heard after frames.
      requestAnimationFrame(() => painted.port2.postMessage(null));
    };
    addEventListener('keydown', onkeydown, { capture: true });
    Object.assign(window, { ends: () => removeEventListener('keydown', onkeydown, { capture: true }) });
  });
  await page.keyboard.type(text, { delay: pauseMs });
  return page.evaluate(async () => {
    const { keys, ends } = window as unknown as { keys: number[]; ends: () => void };
    ends();
    await new Promise((resolve) => setTimeout(resolve, 500));
    return keys;
  });
}

/** How long it takes from a click until what it shows is painted. */
export function switchTo(page: Page, room: string, shows: string): Promise<number> {
  return page.evaluate(
    ([room, shows]) =>
      new Promise<number>((resolve) => {
        const link = [...document.querySelectorAll<HTMLElement>('nav a')].find((one) =>
          one.textContent.includes(room),
        );
        const from = performance.now();
        link?.click();
        const look = () => {
          const there = [...document.querySelectorAll('main article .text')].some(
            (one) => one.textContent.trim() === shows,
          );
          // The frame after the one in which it was found has it painted.
          requestAnimationFrame(() => (there ? resolve(performance.now() - from) : look()));
        };
        look();
      }),
    [room, shows] as const,
  );
}

export interface Scrolling {
  /** Between two frames, ms. */
  readonly frames: readonly number[];
  readonly task: number;
  /** Rows in the page, at the most. */
  readonly rows: number;
}

/** Turns the wheel until so many messages have passed, and tells how smooth it was. */
export async function scrollBack(page: Page, messages: number): Promise<Scrolling> {
  await page.evaluate(() => {
    const seen = { frames: [] as number[], task: 0, rows: 0, ends: false };
    Object.assign(window, { seen });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) seen.task = Math.max(seen.task, duration);
    }).observe({ type: 'longtask' });
    let last = performance.now();
    const look = (now: number) => {
      seen.frames.push(now - last);
      last = now;
      seen.rows = Math.max(seen.rows, document.querySelectorAll('main article').length);
      if (!seen.ends) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  const oldest = () =>
    page.evaluate(() => Number(document.querySelector<HTMLElement>('main article')?.dataset['seq']));
  const box = await page.locator('main .scroller').boundingBox();
  await page.mouse.move((box?.x ?? 0) + 200, (box?.y ?? 0) + 200);
  const until = (await oldest()) - messages;
  while ((await oldest()) > until) await page.mouse.wheel(0, -400);
  return page.evaluate(() => {
    const { seen } = window as unknown as { seen: { ends: boolean } & Scrolling };
    seen.ends = true;
    return seen;
  });
}
