import { existsSync } from 'node:fs';

const places = [
  process.env['CHROMIUM'],
  // Without the windows of a desktop it needs half of the time.
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const executablePath = places.find((place) => place !== undefined && existsSync(place));
if (executablePath === undefined) {
  throw new Error(
    'Chromium was not found: run scripts/install-test-deps.sh, or say where it is by CHROMIUM=….',
  );
}

/** The system's own browser: nothing is downloaded, and nothing leaves the machine. */
export const chromium = {
  launchOptions: {
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  },
};
