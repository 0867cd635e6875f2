import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashedrekord } from '../../testkit/proposals.ts';
import { type LogFolder, startServer, temporaryFolder } from '../../testkit/server-process.ts';

/** The library of SoftHSM 2, where Debian has it. */
const LIBRARY = '/usr/lib/softhsm/libsofthsm2.so';
const PIN = '8731';
const EXAMPLE = 'pkcs11-signer';
const SIGNER = new URL(`../../examples/${EXAMPLE}.ts`, import.meta.url).pathname;

let folder: LogFolder;
let env: Readonly<Record<string, string>>;
beforeAll(() => {
  folder = temporaryFolder();
  const conf = join(folder.parent, 'softhsm2.conf');
  mkdirSync(join(folder.parent, 'tokens'));
  writeFileSync(conf, `directories.tokendir = ${join(folder.parent, 'tokens')}\nobjectstore.backend = file\n`);
  env = { SOFTHSM2_CONF: conf, PKCS11_PIN: PIN };
  run('softhsm2-util', '--init-token', '--free', '--label', 'stele', '--so-pin', '1234', '--pin', PIN);
  makeKey('EC:prime256v1', '01');
  makeKey('EC:edwards25519', '02');
});
afterAll(() => folder[Symbol.dispose]());

const run = (command: string, ...words: readonly string[]): Buffer =>
  execFileSync(command, words, { env: { ...process.env, ...env }, stdio: 'pipe' });

function makeKey(type: string, id: string): void {
  const token = ['--module', LIBRARY, '--token-label', 'stele', '--login', '--pin', PIN];
  run('pkcs11-tool', ...token, '--keypairgen', '--key-type', type, '--id', id);
}

it('examples/pkcs11-signer.ts: a log signs with the keys of a PKCS #11 token, which is SoftHSM', async () => {
  const place = `signer:exec:${process.execPath} --disable-warning=ExperimentalWarning ${SIGNER} ${LIBRARY} stele 01 02`;
  const flags = ['--rekor-key', place, '--c2sp-key', place, '--begin'];
  await using server = await startServer(folder, { flags, env });
  const submit = async (artifact: string) => {
    const body = JSON.stringify(hashedrekord(artifact));
    const answer = await fetch(`${server.base}/api/v1/log/entries`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    return answer.status;
  };
  expect(await Promise.all(['a', 'b', 'c', 'd'].map(submit))).toEqual([201, 201, 201, 201]);
  await server.stop();
  expect(existsSync(join(folder.data, 'keys', 'rekor-v1.pem'))).toBe(false);

  // Every signature is checked with the public keys alone.
  const audit = new URL('../../cli/main.ts', import.meta.url).pathname;
  const said = run(process.execPath, audit, 'audit', '--data', folder.data, '--heads', folder.heads).toString();
  expect(said).toContain('5 entries');
});
