import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../architecture/inspect.ts';
import { makeSigner } from '../support/signing.ts';
import { openUse, type Use } from './use-fixture.ts';

let use: Use;
let files: readonly string[];
beforeAll(async () => {
  use = await openUse();
  const signer = makeSigner();
  files = Array.from({ length: 6 }, (_, i) => use.signed(`p${i}`, 'P-256', signer)[0] ?? '');
});
afterAll(() => use[Symbol.asyncDispose]());

/** Runs a command on a pseudo-terminal. @returns all that it wrote there */
function onTerminal(words: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const command = [process.execPath, join(ROOT, 'cli/main.ts'), ...words].map((word) => `'${word}'`).join(' ');
  const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
    env: { PATH: process.env['PATH'], TERM: 'xterm', ...use.env, ...env },
    cwd: use.scratch,
    encoding: 'utf8',
  });
  return stdout;
}

const UPLOAD = ['--signature', '{}.sig', '--key', 'p0.pub'];

describe('a terminal', () => {
  it('shows how far an upload is, and takes it away before the results', () => {
    const said = onTerminal(['upload', ...files, ...UPLOAD]);
    expect(said).toContain('] 6/6 files');
    expect(said).toMatch(/\r\u001b\[K(p\d: entry \d+ [0-9a-f]{64}\r\n){6}$/);
  });

  it('shows none with --quiet, on a dumb terminal and where standard error is no terminal, and no colour anywhere', async () => {
    const quiet = onTerminal(['upload', ...files, ...UPLOAD, '--quiet']);
    const dumb = onTerminal(['upload', ...files, ...UPLOAD], { TERM: 'dumb', NO_COLOR: '1' });
    const piped = await use.run('upload', ...files, ...UPLOAD);
    expect([quiet, dumb, piped.out, piped.err].filter((text) => text.includes('\u001b'))).toEqual([]);
    expect(piped.err).toBe('');
  });
});
