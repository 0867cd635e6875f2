import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { ARTIFACT, keySigner, openWorld, signMessage, throughFile } from '../clients/sigstore-js.ts';
import { SUBJECT, timeStamp } from './authority.ts';
import { bundleOf, IDENTITY, newRsa, realmOf, signatureIn, signerOf, stamped } from './certificate-bundle.ts';
import { launchChromium } from '../support/chromium.ts';

const MODULE = new URL('../../api/verify.ts', import.meta.url).pathname;

/** The module as a page loads it, under the name `verify`. */
async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [MODULE],
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    globalName: 'verify',
    logLevel: 'silent',
  });
  return outputFiles.map(({ text }) => text).join('\n');
}

describe('stele/verify in Chromium', () => {
  it('verifies certificates and timestamps, and refuses them for another holder', async () => {
    await using world = await openWorld();
    const realm = realmOf(world);
    const made = await bundleOf(world, 2, signerOf(realm));
    const second = stamped(made, timeStamp(realm.stamper, signatureIn(made)));
    const bundles = [await bundleOf(world, 1, signerOf(realm, {}, newRsa())), second];
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.evaluate(`${await bundled()}; globalThis.verify = verify;`);
      for (const bundle of bundles) {
        const judge = (subject: string): Promise<unknown> => {
          const options = JSON.stringify({ trustedRoot: realm.trustedRoot, identity: { ...IDENTITY, subject } });
          const artifact = `Uint8Array.from(${JSON.stringify([...ARTIFACT])})`;
          const call = `verify.verifyBundle(${JSON.stringify(bundle)}, { ...${options}, artifact: ${artifact} })`;
          return page.evaluate(`(({ holds, reason }) => [holds, reason])(${call})`);
        };
        expect(await judge(SUBJECT)).toEqual([true, undefined]);
        expect(await judge('bob@example.test')).toEqual([
          false,
          'the certificate is of ann@example.test, and not of bob@example.test',
        ]);
      }
    } finally {
      await browser.close();
    }
  });

  it('verifies bundles of both versions of Rekor, and refuses them for another artifact', async () => {
    await using world = await openWorld();
    const trustedRoot = JSON.parse(await (await fetch(`${world.rekorURL}/trusted_root.json`)).text()) as unknown;
    const signer = keySigner();
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.evaluate(`${await bundled()}; globalThis.verify = verify;`);
      for (const majorApiVersion of [1, 2]) {
        const bundle = throughFile(await signMessage(world, signer, { majorApiVersion }));
        const judge = (artifact: Uint8Array): Promise<unknown> => {
          const options = JSON.stringify({ key: signer.publicKey, trustedRoot });
          const bytes = `Uint8Array.from(${JSON.stringify([...artifact])})`;
          return page.evaluate(
            `verify.verifyBundle(${JSON.stringify(bundle)}, { ...${options}, artifact: ${bytes} }).holds`,
          );
        };
        expect([await judge(ARTIFACT), await judge(Buffer.from('another'))]).toEqual([true, false]);
      }
    } finally {
      await browser.close();
    }
  });
});
