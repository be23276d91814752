// Tells the service worker which files the app is made of, and moves it to the
// root, below which it is responsible for everything.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const BUILD = new URL('../dist/app/', import.meta.url).pathname;
const BIG = 100 * 1024;

const page = readFileSync(join(BUILD, 'index.html'), 'utf8');
const entry = /<script type="module"[^>]* src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1];
if (entry === undefined) throw new Error('The page names no script: was it built?');

// All of it opens without a network, but for a few big lists of data, which
// are kept once they were used.
const assets = readdirSync(join(BUILD, 'assets'))
  .map((name) => `/assets/${name}`)
  .filter((path) => page.includes(path) || statSync(join(BUILD, path)).size < BIG);
const icons = readdirSync(BUILD).filter((name) => /\.(svg|png|webmanifest)$/.test(name));
const files = ['/', ...assets.toSorted(), ...icons.toSorted().map((name) => `/${name}`)];

const hash = createHash('sha256').update(page);
for (const path of files.slice(1)) hash.update(path).update(readFileSync(join(BUILD, path)));
const version = hash.digest('hex').slice(0, 16);

const built = join(BUILD, 'sw.js');
const script = readFileSync(built, 'utf8');
if (/^(import|export)\b/m.test(script)) throw new Error('The service worker must be one classic script.');
const told = { VERSION: version, ENTRY: entry, FILES: files };
const lines = Object.entries(told).map(([name, value]) => `const ${name}=${JSON.stringify(value)};\n`);
writeFileSync(`${built}.new`, lines.join('') + script);
renameSync(`${built}.new`, built);
console.log(`${files.length} files in the service worker, version ${version}`);
