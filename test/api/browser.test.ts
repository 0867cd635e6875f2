import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { ARTIFACT, keySigner, openWorld, signMessage, throughFile } from '../clients/sigstore-js.ts';
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
