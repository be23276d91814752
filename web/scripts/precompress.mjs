// Puts a .br and a .gz beside every file of the build that gains from it. The
// Go server sends them as they are, so no request pays for compression.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const BUILD = new URL('../dist/app', import.meta.url).pathname;
const TEXT = /\.(js|css|svg|json|webmanifest|txt)$/;
const WORTH_IT = 0.95;

for (const entry of readdirSync(BUILD, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !TEXT.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const data = readFileSync(path);
  const brotli = brotliCompressSync(data, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: data.length },
  });
  const gzip = gzipSync(data, { level: 9 });
  if (brotli.length < data.length * WORTH_IT) writeFileSync(`${path}.br`, brotli);
  if (gzip.length < data.length * WORTH_IT) writeFileSync(`${path}.gz`, gzip);
}
