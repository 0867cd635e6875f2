import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashedrekord } from '../../testkit/proposals.ts';
import { launchChromium } from '../support/chromium.ts';
import { startRegistry } from './registry.ts';

/* The tarball, installed by npm into an empty folder, and used from there as its users do. */

const PROJECT = new URL('../../', import.meta.url).pathname;
const PRETENDED = "data:text/javascript,process.execve=undefined;Object.defineProperty(process,'versions',{value:{node:'20.20.2'}})";
const run = promisify(execFile);

let scratch: string;
let tarball: string;
const folder = (): string => join(scratch, 'empty');
const bin = (): string => join(folder(), 'node_modules', '.bin', 'stele');
const inPackage = (...names: readonly string[]): string => join(folder(), 'node_modules', 'stele', ...names);

/** Nothing of this machine but its programs. */
const environment = (): NodeJS.ProcessEnv => ({
  PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`,
  HOME: join(scratch, 'home'),
  XDG_CACHE_HOME: join(scratch, 'cache'),
  STELE_STATE: join(scratch, 'state'),
});

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'stele-package-'));
  for (const name of ['empty', 'home']) mkdirSync(join(scratch, name));
  const into = ['--into', join(scratch, 'package'), '--pack', scratch];
  const { stdout } = await run(process.execPath, ['scripts/build-package.ts', ...into], { cwd: PROJECT });
  tarball = stdout.trim();
  await using registry = await startRegistry();
  const flags = ['--no-audit', '--no-fund', '--registry', registry.url, '--cache', join(scratch, 'npm')];
  await run('npm', ['install', ...flags, tarball], { cwd: folder(), env: environment() });
}, 300_000);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function stele(...words: readonly string[]): Promise<string> {
  const { stdout } = await run(bin(), words, { cwd: folder(), env: environment() });
  return stdout;
}

/** The address that a server prints once it serves. */
async function servingAt(child: ChildProcess): Promise<string> {
  let printed = '';
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    printed += String(chunk);
    const [, address] = /serving on (http:\/\/[\d.:]+)/.exec(printed) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error(printed);
}

const version = (JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as { readonly version: string }).version;

describe('the npm package', () => {
  it('is named by the version of the project, and needs what runs and nothing else', () => {
    expect(basename(tarball)).toBe(`stele-${version}.tgz`);
    const own = JSON.parse(readFileSync(inPackage('package.json'), 'utf8')) as Readonly<Record<string, object>>;
    const project = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as typeof own;
    expect(own['dependencies']).toEqual(project['dependencies']);
    expect(own).not.toHaveProperty('devDependencies');
    expect(readdirSync(inPackage())).toEqual(expect.arrayContaining(['LICENSE', 'NOTICE', 'CHANGELOG.md', 'README.md']));
    expect(existsSync(inPackage('docs', 'sbom.cdx.json'))).toBe(true);
    expect(readFileSync(inPackage('man/stele.1'), 'utf8')).toMatch(/^\.TH /m);
  });

  it('has no TypeScript but declarations, none of which is imported as such', () => {
    const files = readdirSync(inPackage(), { recursive: true, encoding: 'utf8' });
    const sources = files.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'));
    expect(sources).toEqual([]);
    const code = files.filter((name) => /\.(js|d\.ts)$/.test(name));
    const importing = code.filter((name) => /['"]\.{1,2}\/[^'"\n]+\.ts['"]/.test(readFileSync(inPackage(name), 'utf8')));
    expect(importing).toEqual([]);
    expect(code.filter((name) => name.endsWith('.js') && !files.includes(`${name}.map`))).toEqual([]);
  });

  it('has every file that its code names by a URL beside it: the modules of threads among them', () => {
    const files = readdirSync(inPackage(), { recursive: true, encoding: 'utf8' });
    const named = files
      .filter((name) => name.endsWith('.js'))
      .flatMap((name) => {
        const urls = readFileSync(inPackage(name), 'utf8').matchAll(/new URL\('(\.[^']+)', import\.meta\.url\)/g);
        return [...urls].map(([, url = '']) => join(dirname(name), url));
      });
    expect(named).toEqual(expect.arrayContaining(['server/admission/worker.js', 'cli/commands/audit/scan-worker.js']));
    expect(named.filter((name) => !existsSync(inPackage(name)))).toEqual([]);
  });

  it('tells an operator to type stele, and not a script that only a checkout has', async () => {
    expect(await stele('serve', '--help')).toContain('usage: stele serve [--SETTING VALUE]...\n');
  });

  it('says its version', async () => {
    expect(await stele('--version')).toBe(`stele ${version}\n`);
  });

  it('runs a log, takes an entry, and asks the log what it is', async () => {
    const words = ['serve', '--dev', '--listen', '127.0.0.1:0', '--metrics-listen', 'off'];
    const child = spawn(bin(), words, { cwd: folder(), env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
    const base = await servingAt(child);
    child.stdout.resume();
    const sent = await fetch(`${base}/api/v1/log/entries`, {
      method: 'POST',
      body: JSON.stringify(hashedrekord('an entry')),
      headers: { 'content-type': 'application/json' },
    });
    expect(sent.status).toBe(201);
    expect(await stele('info', '--server', base)).toContain('entries   2\n');
    expect(await stele('audit', base, '--full')).toContain('2 entries checked');
    const page = await (await fetch(`${base}/entry/1`, { headers: { accept: 'text/html' } })).text();
    const [script = ''] = /pages\/[0-9a-f]{16}\/page\.js/.exec(page) ?? [];
    expect(await (await fetch(`${base}/${script}`)).text()).toContain('data-check');
    const checked = await useClient(base);
    expect(checked).toEqual({ size: 2, checkpoint: true, entry: 1 });
    child.kill('SIGTERM');
    const [errors] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect({ code: child.exitCode, errors }).toEqual({ code: 0, errors: '' });
  });

  it('runs on the Node that it is tested on where the machine has an older one, which it fetches once', async () => {
    const diary = join(scratch, 'diary');
    const env = {
      ...environment(),
      npm_execpath: join(PROJECT, 'test/architecture/launch/npm-cli.cjs'),
      NPM_DIARY: diary,
    };
    const asked = ['--import', PRETENDED, inPackage('cli/bin.mjs'), '--version'];
    const first = await run(process.execPath, asked, { cwd: folder(), env });
    expect(first).toEqual({
      stdout: `stele ${version}\n`,
      stderr: 'fetching Node, because this one is 20.20.2 (once)\n',
    });
    expect(await run(process.execPath, asked, { cwd: folder(), env })).toEqual({ stdout: first.stdout, stderr: '' });
    expect(readFileSync(diary, 'utf8').trim().split('\n')).toHaveLength(1);
    expect(readdirSync(join(scratch, 'cache/stele')).some((name) => name.startsWith('node-'))).toBe(true);
  });
});

/** A program of a user's that has no more than the package. */
async function useClient(base: string): Promise<unknown> {
  const program = `
    import { connect } from 'stele/client';
    import { verifyCheckpoint } from 'stele/verify';
    const read = async (path) => (await fetch('${base}' + path)).text();
    const logKeys = [await read('/vkey'), await read('/api/v1/log/publicKey')];
    const log = await connect('${base}', { logKeys });
    const { checkpoint: { size } } = await log.head();
    const checkpoint = verifyCheckpoint(await read('/checkpoint'), { logKeys }).holds;
    const { index: entry } = await log.entry({ by: 'index', index: 1 });
    console.log(JSON.stringify({ size, checkpoint, entry }));`;
  writeFileSync(join(folder(), 'use.mjs'), program);
  const { stdout } = await run(process.execPath, ['use.mjs'], { cwd: folder(), env: environment() });
  return JSON.parse(stdout);
}

describe('stele/verify and stele/client', () => {
  it('have types that a strict project compiles with, and that find a mistake', async () => {
    const source = `
      import { type LogClient, connect } from 'stele/client';
      import { type Verdict, verifyInclusion } from 'stele/verify';
      export const verdict: Verdict = verifyInclusion({ index: 0, size: 1, root: '', hashes: [], body: 'a' });
      export const reason: string = verdict.holds ? '' : verdict.reason;
      export const log: Promise<LogClient> = connect('http://127.0.0.1', { logKeys: '' });
    `;
    writeFileSync(join(folder(), 'right.mts'), source);
    writeFileSync(join(folder(), 'wrong.mts'), source.replace("verdict.holds ? '' : verdict.reason", 'verdict.reason'));
    const options = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2024', '--types', ''];
    const tsc = join(PROJECT, 'node_modules/typescript-7/bin/tsc');
    const args = [tsc, ...options, '--lib', 'es2024,dom,esnext.disposable', 'right.mts', 'wrong.mts'];
    const failed: unknown = await run(process.execPath, args, { cwd: folder() }).catch((error: unknown) => error);
    const faults = (failed as { readonly stdout: string }).stdout.match(/^\S+\.mts.*$/gm);
    expect(faults).toEqual([expect.stringMatching(/^wrong\.mts.*Property 'reason' does not exist/)]);
  });

  it('stele/verify runs in a browser, and needs nothing of Node', async () => {
    const contents = `import * as verify from 'stele/verify'; globalThis.verify = verify;`;
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: folder() },
      bundle: true,
      write: false,
      platform: 'browser',
      format: 'iife',
      logLevel: 'silent',
    });
    const bundled = outputFiles.map((file) => file.text).join('\n');
    expect(bundled).not.toMatch(/\bBuffer\b|require\(|"node:/);
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.evaluate(bundled);
      const judged = await page.evaluate(
        `verify.verifyInclusion({ index: 0, size: 1, hashes: [], body: 'a', root: '022a6979e6dab7aa5ae4c3e5e45f7e977112a7e63593820dbec1ec738a24f93c' })`,
      );
      expect(judged).toEqual({ holds: true });
    } finally {
      await browser.close();
    }
  });
});
