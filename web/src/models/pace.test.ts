import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Pace, QUIET_MS } from './pace';

describe('Pace', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function listen() {
    const heard: (number | boolean)[] = [];
    const pace = new Pace({ busy: (busy) => heard.push(busy), summary: (count) => heard.push(count) });
    return { heard, pace };
  }

  it('lets two messages be read out', () => {
    const { heard, pace } = listen();
    pace.came(1);
    pace.came(1);
    vi.advanceTimersByTime(QUIET_MS);
    expect(heard).toEqual([false]);
  });

  it('counts many, once in three seconds', () => {
    const { heard, pace } = listen();
    for (let i = 0; i < 60; i++) {
      pace.came(1);
      vi.advanceTimersByTime(100);
    }
    expect(heard.filter((one) => typeof one === 'number')).toEqual([30, 30]);
    vi.advanceTimersByTime(2 * QUIET_MS);
    expect(heard.at(-1)).toBe(false);
  });

  it('is silent when it has ended', () => {
    const { heard, pace } = listen();
    pace.came(9);
    pace.end();
    vi.advanceTimersByTime(QUIET_MS);
    expect(heard).toEqual([true]);
  });
});
