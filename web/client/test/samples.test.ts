import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { nextFingerprint } from '../src/chain.js';
import { FakeServer, join } from './server.js';

const SAMPLES = new URL('../../../testdata/events/', import.meta.url);
const SOURCE = new URL('../src/samples.ts', import.meta.url).pathname;

/** Not done over the connection: see Door. */
const HTTP_ONLY = ['login', 'register', 'guest', 'setup', 'password-reset', 'invitation', 'logout'];

const names = (folder: string) =>
  readdirSync(new URL(folder, SAMPLES)).map((file) => file.replace(/\.json$/, ''));
const read = (file: string) => JSON.parse(readFileSync(new URL(`${file}.json`, SAMPLES), 'utf8')) as unknown;

/** What the compiler says of a file of ours that is not on the disk. */
function complaints(source: string): string[] {
  const config = ts.readConfigFile(new URL('../tsconfig.json', import.meta.url).pathname, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(
    config.config,
    ts.sys,
    new URL('..', import.meta.url).pathname,
  );
  const host = ts.createCompilerHost(options);
  const readFromDisk = host.getSourceFile;
  host.getSourceFile = (name, target, ...rest) =>
    name === SOURCE ? ts.createSourceFile(name, source, target) : readFromDisk(name, target, ...rest);
  const program = ts.createProgram([SOURCE], { ...options, types: [] }, host);
  return program
    .getSemanticDiagnostics(program.getSourceFile(SOURCE))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

const IMPORTS = `import type { ActName, In, Out, Told, ToldName } from './protocol/acts.js';`;

test('the types are those of the samples, no field more and none less', { timeout: 60_000 }, () => {
  const acts = names('acts').filter((name) => !HTTP_ONLY.includes(name));
  const lines = [IMPORTS];
  for (const name of acts.filter((name) => name !== 'typing')) {
    const sample = read(`acts/${name}`) as { in?: unknown; out?: unknown };
    lines.push(`({ in: ${JSON.stringify(sample.in ?? {})}, out: ${JSON.stringify(sample.out ?? {})} })`);
    lines[lines.length - 1] += ` satisfies { in: In<'${name}'>; out: Out<'${name}'> };`;
  }
  for (const name of names('told'))
    lines.push(`(${JSON.stringify(read(`told/${name}`))}) satisfies Told['${name}'];`);
  const union = (all: string[]) => all.map((name) => `'${name}'`).join(' | ');
  lines.push(`const none: [Exclude<ActName, ${union(acts)}>] extends [never] ? true : false = true;`);
  lines.push(`const no: [Exclude<ToldName, ${union(names('told'))}>] extends [never] ? true : false = true;`);
  lines.push(`export { none, no };`);
  expect(complaints(lines.join('\n'))).toEqual([]);
  // The compiler really looked: a field that no form has is found.
  expect(complaints(`${IMPORTS}\n({ room: 'x', nonsense: 1 }) satisfies In<'room'>;`)).toHaveLength(1);
});

test('the chain of the samples is ours', () => {
  let fp = '0000000000000000';
  for (const entry of read('chain') as { id: string; fp: string }[]) {
    fp = nextFingerprint(fp, entry.id);
    expect(fp).toBe(entry.fp);
  }
});

test('every sample of the server is heard', async () => {
  const { client, wire } = join(new FakeServer());
  await Promise.resolve();
  wire.events.told('welcome', read('told/welcome'));
  for (const name of names('told')) expect(() => wire.events.told(name, read(`told/${name}`))).not.toThrow();
  expect(client.me?.id).toBe((read('told/me-updated') as { me: { id: string } }).me.id);
  client.close();
});
