import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** Builds the program, unless BIN names one, and what the tests need beside it. The page has to be built before. */
export default function build(): void {
  const folder = mkdtempSync(join(tmpdir(), 'causerie-bin-'));
  const go = (name: string, source: string, ...flags: string[]) => {
    const program = join(folder, name);
    execFileSync('go', ['build', ...flags, '-o', program, source], { cwd: root, stdio: 'inherit' });
    return program;
  };
  process.env['SEED'] ??= go('seed', './test/e2e/seed');
  // The same program under another version: what an upgrade is to a page that is open.
  process.env['NEWER'] ??= go('newer', './cmd/causerie', '-ldflags', '-X main.stamp=newer');
  if (process.env['BIN'] !== undefined) return;
  if (!existsSync(join(root, 'web', 'dist', 'app', 'index.html'))) {
    throw new Error('The page is not built. Run make build first, or npm run build in web/.');
  }
  process.env['BIN'] = go('causerie', './cmd/causerie');
}
