// Writes the licences of everything by others that people get with the page, as
// they ask for: what package.json names for it, what that needs, and what the
// program is made of that holds the page.
import { execFileSync } from 'node:child_process';
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

/** The licences of the program, from a file where this machine has no Go. */
function program() {
  const file = process.env['GO_LICENCES'];
  if (file !== undefined) return readFileSync(file, 'utf8');
  const script = join(ROOT, '../scripts/licences.sh');
  return execFileSync(script, { encoding: 'utf8', maxBuffer: 16 << 20 });
}

const RULE = `\n\n${'-'.repeat(78)}\n\n`;
const intro =
  'Causerie contains the work of others, under these licences: first that of which\n' +
  'the page is made, then that of which the program is.';
const sorted = [...texts].toSorted(([a], [b]) => a.localeCompare(b)).map(([, text]) => text);
const both = [intro, ...sorted, program().trim()].join(RULE);
writeFileSync(TO, both + '\n');
console.log(`${both.split(RULE).length - 1} licences of third parties`);
