import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** Builds the program, unless BIN names one. The page has to be built before it. */
export default function build(): void {
  if (process.env['BIN'] !== undefined) return;
  if (!existsSync(join(root, 'web', 'dist', 'app', 'index.html'))) {
    throw new Error('The page is not built. Run make build first, or npm run build in web/.');
  }
  const program = join(mkdtempSync(join(tmpdir(), 'causerie-bin-')), 'causerie');
  execFileSync('go', ['build', '-o', program, './cmd/causerie'], { cwd: root, stdio: 'inherit' });
  process.env['BIN'] = program;
}
