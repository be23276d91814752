import { defineConfig } from '@playwright/test';
import config from './playwright.config';

/** `npm run figures` measures the window, and prints what it finds; nothing is asked of the times. */
export default defineConfig({
  ...config,
  testDir: 'figures',
  timeout: 300_000,
  projects: [{ name: 'figures' }],
});
