import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { expect, test } from 'vitest';

const BUDGET = 12.25 * 1024;

test('the client without Socket.IO stays small', { timeout: 60_000 }, async () => {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      target: 'es2022',
      lib: { entry: new URL('../src/index.ts', import.meta.url).pathname, formats: ['es'] },
      minify: true,
      rolldownOptions: { external: ['socket.io-client'], output: { minify: true } },
    },
  });
  const { output } = (Array.isArray(built) ? built[0] : built) as Rolldown.RolldownOutput;
  const size = gzipSync(output[0].code, { level: 9 }).length;
  expect(size).toBeGreaterThan(1024);
  expect(size).toBeLessThanOrEqual(BUDGET);
});
