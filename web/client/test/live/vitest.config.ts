import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    dir: new URL('.', import.meta.url).pathname,
    testTimeout: 30_000,
    fileParallelism: false,
  },
});
