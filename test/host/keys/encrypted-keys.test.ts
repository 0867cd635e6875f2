import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runServer, startServer, temporaryFolder } from '../../../testkit/server-process.ts';

it('a log makes its keys encrypted, goes on with them, and says what is missing without the passphrase', async () => {
  using folder = temporaryFolder();
  const passphrase = join(folder.parent, 'passphrase');
  writeFileSync(passphrase, 'correct horse battery staple\n');
  const flags = ['--key-passphrase', passphrase];
  const treeOf = async (): Promise<{ readonly treeID: string; readonly key: string }> => {
    await using server = await startServer(folder, { flags });
    const { treeID } = (await (await fetch(`${server.base}/api/v1/log`)).json()) as { readonly treeID: string };
    const key = await (await fetch(`${server.base}/api/v1/log/publicKey`)).text();
    await server.stop();
    return { treeID, key };
  };
  const first = await treeOf();
  const key = (name: string): string => join(folder.data, 'keys', name);
  for (const name of ['rekor-v1.pem', 'tile.pem'])
    expect(readFileSync(key(name), 'utf8')).toContain('BEGIN ENCRYPTED PRIVATE KEY');
  expect(await treeOf()).toEqual(first);

  const without = await runServer(folder);
  expect(without.code).toBe(1);
  expect(without.said).toContain('is encrypted: name the file with its passphrase with --key-passphrase');
  writeFileSync(passphrase, 'another\n');
  expect((await runServer(folder, { flags })).said).toContain('cannot be decrypted with the passphrase in');
  writeFileSync(passphrase, '\n');
  expect((await runServer(folder, { flags })).said).toContain('has no passphrase in its first line');
});

it('a key that OpenSSL encrypted is taken', async () => {
  using folder = temporaryFolder();
  await using plain = await startServer(folder);
  const before = await (await fetch(`${plain.base}/vkey`)).text();
  await plain.stop();
  const passphrase = join(folder.parent, 'passphrase');
  writeFileSync(passphrase, 'of openssl');
  for (const name of ['rekor-v1.pem', 'tile.pem']) {
    const file = join(folder.data, 'keys', name);
    const secret = execFileSync('openssl', ['pkcs8', '-topk8', '-in', file, '-passout', `file:${passphrase}`]);
    writeFileSync(file, secret);
  }
  await using encrypted = await startServer(folder, { flags: ['--key-passphrase', passphrase] });
  expect(await (await fetch(`${encrypted.base}/vkey`)).text()).toBe(before);
});
