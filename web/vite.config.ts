import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { emoji } from './scripts/emoji.mjs';

// `make dev` tells where the Go server listens; the page is reloaded from here.
const server = process.env['CAUSERIE_DEV_SERVER'] ?? 'http://127.0.0.1:3000';

const file = (path: string): string => new URL(path, import.meta.url).pathname;

interface Graph {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
}

const ENTRY = file('./src/main.ts');
const needed = new Set<string>();

/** Whether the entry imports a module, directly or not: without it nothing begins. */
function isNeeded(id: string, graph: Graph): boolean {
  const follow = (from: string): void => {
    if (needed.has(from)) return;
    needed.add(from);
    for (const to of graph.getModuleInfo(from)?.importedIds ?? []) follow(to);
  };
  follow(ENTRY);
  return id !== ENTRY && needed.has(id);
}

export default defineConfig({
  plugins: [svelte(), emoji()],
  resolve: {
    alias: {
      '@causerie/client/browser': file('./client/src/browser.ts'),
      '@causerie/client': file('./client/src/index.ts'),
    },
  },
  build: {
    // One level below the committed placeholder, which emptyOutDir would delete.
    outDir: 'dist/app',
    emptyOutDir: true,
    target: 'es2022',
    // The policy forbids data: scripts and inline styles; files are cheap.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      input: { index: file('./index.html'), sw: file('./src/sw.ts') },
      // A service worker has one address for ever.
      output: {
        entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
        // What is needed at once comes in one file: it is compressed as a whole.
        codeSplitting: {
          groups: [{ debugName: 'first', name: (id, graph) => (isNeeded(id, graph) ? 'first' : null) }],
        },
      },
    },
  },
  worker: { format: 'es' },
  server: {
    port: 5173,
    proxy: { '/api': server, '/socket.io': { target: server, ws: true } },
  },
  test: {
    include: ['src/**/*.test.ts', 'client/test/*.test.ts'],
    environment: 'node',
  },
});
