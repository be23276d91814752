import { defineConfig } from '@playwright/test';
import { chromium } from './chromium';
import type { Settings } from './fixtures';

export default defineConfig<Settings>({
  testDir: 'specs',
  globalSetup: './build.ts',
  outputDir: '../../test-results/e2e',
  // Each test has a server of its own; two browsers at once are what a small machine carries.
  workers: 2,
  // A test that passes at the second try has found something.
  retries: 0,
  // Only what fails waits that long; a machine with much else to do is slow, not wrong.
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  forbidOnly: Boolean(process.env['CI']),
  // All on the store that is there by itself, and on Redis again what both have to do alike: the scenarios.
  projects: [{ name: 'sqlite' }, { name: 'redis', grep: /@both/, use: { store: 'redis' } }],
  use: {
    ...chromium,
    screenshot: 'only-on-failure',
    locale: 'en-GB',
    timezoneId: 'Europe/Paris',
    // It would fetch the whole app for each page of each test: it works in the specs about what it is for.
    contextOptions: { serviceWorkers: 'block' },
  },
});
