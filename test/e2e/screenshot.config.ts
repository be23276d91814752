import { defineConfig } from '@playwright/test';
import config from './playwright.config';

/** `npm run screenshot` takes the picture of the README anew. */
export default defineConfig({ ...config, testDir: 'screenshots', projects: [{ name: 'sqlite' }] });
