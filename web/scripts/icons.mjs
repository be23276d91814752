// Draws public/*.png from public/favicon.svg, for systems that take no SVG. Run
// it after the drawing has changed, with the path of a Chromium in CHROMIUM.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PUBLIC = new URL('../public', import.meta.url).pathname;
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const PAPER = '#f6f4ef';

// A maskable icon may be cut to a circle of 80 %; an Apple one has no holes.
const icons = [
  { name: 'icon-192', size: 192, mark: 0.92, paper: 'transparent' },
  { name: 'icon-512', size: 512, mark: 0.92, paper: 'transparent' },
  { name: 'icon-maskable-512', size: 512, mark: 0.54, paper: PAPER },
  { name: 'apple-touch-icon', size: 180, mark: 0.66, paper: PAPER },
];

const drawing = readFileSync(join(PUBLIC, 'favicon.svg'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'causerie-icons-'));
try {
  for (const { name, size, mark, paper } of icons) {
    const sheet = join(folder, `${name}.html`);
    writeFileSync(
      sheet,
      `<!doctype html><style>html,body{margin:0;height:100%;background:${paper};color-scheme:light}` +
        `body{display:grid;place-items:center}svg{width:${size * mark}px;height:${size * mark}px}</style>${drawing}`,
    );
    const flags = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--hide-scrollbars',
      '--force-device-scale-factor=1',
    ];
    const how = [`--window-size=${size},${size}`, '--default-background-color=00000000'];
    execFileSync(
      CHROMIUM,
      [...flags, ...how, `--screenshot=${join(PUBLIC, `${name}.png`)}`, `file://${sheet}`],
      {
        stdio: 'ignore',
      },
    );
    console.log(`${name}.png, ${size} px`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
