import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** No profile, no sandbox (tests run as root in containers), and no connection of its own. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The Chromium of the machine. @throws Error saying what to install */
export function launchChromium(): Promise<Browser> {
  const folders = ['/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter)];
  const executablePath = folders.map((folder) => join(folder, 'chromium')).find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error('this test needs Chromium: apt-get install chromium');
  return chromium.launch({ executablePath, args: FLAGS });
}
