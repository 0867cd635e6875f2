import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Right } from '../../host/access/rights.ts';
import { changeTokens, tokenFile } from '../../host/access/token-file.ts';
import { newToken, tokenHash } from '../../host/access/token-text.ts';
import { startProxy } from './proxy-process.ts';
import {
  attest,
  certificateSigner,
  EMAIL,
  openWorld,
  signMessage,
  throughFile,
  verify,
  type World,
} from '../clients/sigstore-js.ts';

let scratch: string;
let world: World;
beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'stele-private-client-'));
  const access = join(scratch, 'access.yaml');
  writeFileSync(access, 'anonymous: []\ntokens: true\n');
  world = await openWorld(['--access', access]);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  rmSync(scratch, { recursive: true, force: true });
});

async function token(name: string, rights: readonly Right[]): Promise<string> {
  const text = newToken();
  const record = { name, hash: tokenHash(text), rights, created: Date.now(), expires: undefined };
  await changeTokens(tokenFile(world.server.folder), (tokens) => [...tokens, record]);
  return text;
}

const withToken = (text: string): string => world.rekorURL.replace('://', `://ci:${text}@`);

describe('sigstore-js before a private log', () => {
  it('writes with the token in the URL, over both APIs, and its bundles verify without any', async () => {
    const rekorBaseURL = withToken(await token('ci', ['submit']));
    for (const make of [signMessage, attest])
      for (const majorApiVersion of [1, 2]) {
        const bundle = throughFile(await make(world, certificateSigner(world), { rekorBaseURL, majorApiVersion }));
        expect(verify(world, bundle).identity?.subjectAlternativeName).toBe(EMAIL);
      }
  });

  it('is refused without a token, with one that was never made, and with one that may only read', async () => {
    for (const rekorBaseURL of [world.rekorURL, withToken(newToken()), withToken(await token('people', ['read']))])
      await expect(signMessage(world, certificateSigner(world), { rekorBaseURL })).rejects.toThrow(
        /error creating tlog entry/,
      );
  });

  it('writes through stele proxy without a credential of its own', async () => {
    const words = ['--token', await token('proxy', ['submit', 'audit'])];
    await using proxy = await startProxy({ to: world.rekorURL, state: join(scratch, 'state'), words });
    const bundle = throughFile(await attest(world, certificateSigner(world), { rekorBaseURL: proxy.base }));
    expect(verify(world, bundle).identity?.subjectAlternativeName).toBe(EMAIL);
  });
});
