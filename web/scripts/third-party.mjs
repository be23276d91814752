// Writes the licences of everything by others that is part of the page, as
// they ask for: what package.json names for the page, and what that needs.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = new URL('..', import.meta.url).pathname;
const TO = join(ROOT, 'dist/app/THIRD_PARTY.txt');
// Their code or data is in the page, though they are only needed to build it.
const BUILT_IN = ['svelte', 'emojibase-data'];
const LICENCE = /^(licen[cs]e|copying|notice)(\.|-|$)/i;

/** @typedef {{ name: string, version: string, license?: string, homepage?: string,
 *   repository?: string | { url: string }, dependencies?: Record<string, string> }} Manifest */

/** @param {string} path @returns {Manifest} */
const manifest = (path) => JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));

/** @param {string} name @param {string} from */
function find(name, from) {
  for (let at = from; at.startsWith(ROOT.replace(/\/$/, '')); at = dirname(at)) {
    const path = join(at, 'node_modules', name);
    if (existsSync(join(path, 'package.json'))) return path;
  }
  throw new Error(`${name}, which ${from} needs, is not installed.`);
}

/** @type {Map<string, string>} */
const texts = new Map();

/** @param {string} name @param {string} from */
function add(name, from) {
  const path = find(name, from);
  const about = manifest(path);
  const key = `${about.name} ${about.version}`;
  if (texts.has(key)) return;
  const licences = readdirSync(path).filter((file) => LICENCE.test(file));
  const source = typeof about.repository === 'string' ? about.repository : about.repository?.url;
  const where = (about.homepage ?? source ?? '').replace(/^git\+/, '');
  const words = licences.map((file) => readFileSync(join(path, file), 'utf8').trim());
  texts.set(key, [`${key} (${about.license ?? 'see below'})`, where, '', ...words].join('\n'));
  // What a compiler needs is not in the page it compiles.
  if (!BUILT_IN.includes(name)) for (const needed of Object.keys(about.dependencies ?? {})) add(needed, path);
}

for (const name of [...Object.keys(manifest(ROOT).dependencies ?? {}), ...BUILT_IN]) add(name, ROOT);

const RULE = `\n\n${'-'.repeat(78)}\n\n`;
const intro = 'The page of Causerie contains the work of others, under these licences.';
const sorted = [...texts].toSorted(([a], [b]) => a.localeCompare(b)).map(([, text]) => text);
writeFileSync(TO, [intro, ...sorted].join(RULE) + '\n');
console.log(`${texts.size} licences of third parties`);
