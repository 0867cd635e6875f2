import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LogFolder, type ServerProcess, startServer, temporaryFolder } from '../../testkit/server-process.ts';

/*
 * Every block of code in README.md and in docs/client-authors.md that talks to a log, typed as it stands, in its order, into one
 * folder. A block whose client is not installed here is left out; curl, openssl, stele and sigstore-js always are.
 */

const PROJECT = new URL('../../', import.meta.url).pathname;

interface Block {
  readonly language: string;
  readonly code: string;
}

const BLOCKS: readonly Block[] = ['README.md', 'docs/client-authors.md'].flatMap(blocksIn);

function blocksIn(page: string): readonly Block[] {
  const written = readFileSync(join(PROJECT, page), 'utf8');
  return [...written.matchAll(/^```(sh|js)\n(.*?)^```$/gms)].map(([, language = '', code = '']) => ({
    language,
    code,
  }));
}

const OWN_COMMANDS = BLOCKS.filter(({ code }) => /^npm (start|test)\n$/.test(code));
const CLIENT_BLOCKS = BLOCKS.filter((block) => !OWN_COMMANDS.includes(block));

let folder: LogFolder;
let server: ServerProcess;
beforeAll(async () => {
  folder = temporaryFolder();
  server = await startServer(folder);
  mkdirSync(typedIn());
  symlinkSync(join(PROJECT, 'node_modules'), join(typedIn(), 'node_modules'));
  const command = `#!/bin/sh\nexec '${process.execPath}' '${join(PROJECT, 'cli/main.ts')}' "$@"\n`;
  writeFileSync(join(typedIn(), 'stele'), command, { mode: 0o755 });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const typedIn = (): string => join(folder.parent, 'typed');

/** Runs a block as its reader would, but against the log of this test. Resolves to its exit code and all that it wrote. */
async function run({ language, code }: Block): Promise<{ code: number | null; output: string }> {
  const { port } = new URL(server.base);
  const typed = code.replaceAll(/(?<=http:\/\/(?:127\.0\.0\.1|localhost):)3000/g, port);
  const file = join(typedIn(), language === 'js' ? 'first-entry.mjs' : 'typed.sh');
  writeFileSync(file, typed);
  const [program, args] = language === 'js' ? [process.execPath, []] : ['bash', ['-euo', 'pipefail']];
  const env = { PATH: `${typedIn()}${delimiter}${process.env['PATH']}`, HOME: typedIn(), COSIGN_PASSWORD: '' };
  const child = spawn(program, [...args, file], { cwd: typedIn(), env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: child.exitCode, output: `${output}${errors}` };
}

function clientOf({ language, code }: Block): string {
  if (language === 'js') return 'sigstore-js';
  return ['cosign', 'rekor-cli', 'stele'].find((client) => code.includes(`${client} `)) ?? 'curl';
}

function installed(client: string): boolean {
  if (client === 'stele') return true;
  if (client === 'sigstore-js') return existsSync(join(PROJECT, 'node_modules/@sigstore/sign'));
  return (process.env['PATH'] ?? '').split(delimiter).some((path) => existsSync(join(path, client)));
}

async function treeSize(): Promise<number> {
  const answer = (await (await fetch(`${server.base}/api/v1/log`)).json()) as { readonly treeSize: number };
  return answer.treeSize;
}

describe('README.md', () => {
  it('has two commands of the project itself, and blocks for stele, cosign, sigstore-js, rekor-cli and curl', () => {
    expect(OWN_COMMANDS.map(({ code }) => code)).toEqual(['npm start\n', 'npm test\n']);
    expect(CLIENT_BLOCKS.map(clientOf)).toEqual([
      'stele',
      'stele',
      'cosign',
      'sigstore-js',
      'rekor-cli',
      'curl',
      'curl',
    ]);
    expect(readFileSync(join(PROJECT, 'README.md'), 'utf8').split('\n').length).toBeLessThan(150);
  });

  it('has rekor-cli upload a kind that the log takes, not rekord, which it would upload by itself', () => {
    const uploads = CLIENT_BLOCKS.flatMap(({ code }) => code.match(/^rekor-cli .* upload .*$/gm) ?? []);
    expect(uploads.map((line) => / --type (\S+)/.exec(line)?.[1])).toEqual(['hashedrekord']);
  });

  it('says at the first start that a log without --origin is for trying, and which two flags make one for others', () => {
    const { lines } = server;
    const said = lines().filter((line) => line.includes('is for trying'));
    expect(said).toEqual([expect.stringMatching(/named localhost for ever.* --origin log\.example\.org --data /)]);
  });

  for (const [index, block] of CLIENT_BLOCKS.entries())
    it.skipIf(!installed(clientOf(block)))(`block ${index + 1}, for ${clientOf(block)}, runs as typed`, async () => {
      const before = await treeSize();
      const { code, output } = await run(block);
      expect({ code, output }).toMatchObject({ code: 0 });
      expect(output).not.toMatch(/"code":\s*\d{1,3}\b|"message":/);
      const writesFilesAlone = block.code.includes('stele trust-root');
      expect((await treeSize()) > before).toBe(!writesFilesAlone);
    });
});
