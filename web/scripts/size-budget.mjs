// Fails the build when the first load grows past what was promised: what the
// shell names, and what those files import statically, as gzip.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const BUILD = new URL('../dist/app', import.meta.url).pathname;
const BUDGET_KB = 100;

const shell = readFileSync(join(BUILD, 'index.html'), 'utf8');
const files = [...shell.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map(
  (match) => match[1] ?? '',
);
if (files.length === 0) throw new Error('The shell names no assets: was the page built?');

const sizes = files.map((file) => ({
  file,
  kb: gzipSync(readFileSync(join(BUILD, file)), { level: 9 }).length / 1024,
}));
const total = sizes.reduce((sum, { kb }) => sum + kb, 0);
for (const { file, kb } of sizes) console.log(`${kb.toFixed(1).padStart(7)} KB  ${file}`);
console.log(`${total.toFixed(1).padStart(7)} KB  first load, gzip (budget ${BUDGET_KB} KB)`);
if (total > BUDGET_KB) {
  console.error('The first load is over its budget. Load something later, or decide a new budget.');
  process.exit(1);
}
