import { createPublicKey } from 'node:crypto';
import { type TransparencyLogEntry } from '@sigstore/bundle';
import { CreateEntryRequest } from '@sigstore/protobuf-specs/rekor/v2';
import { DSSEBundleBuilder, MessageSignatureBundleBuilder, type Signer, type Witness } from '@sigstore/sign';
import { toCreateEntryRequest } from '@sigstore/sign/dist/witness/tlog/entry.js';
import { toSignedEntity } from '@sigstore/verify';
import { verifyTLogBody } from '@sigstore/verify/dist/tlog/index.js';
import { describe, expect, it } from 'vitest';
import { newIssuer } from '../../../testkit/certificate.ts';
import { bodyOf, RULES } from './admit.ts';
import { IN_TOTO, STATEMENT } from './proposals.ts';
import { makeSigner, signArtifact } from '../../support/signing.ts';
import { admitV2, refusalV2 } from './v2.ts';

/*
 * Requests of sigstore-js to a log of version 2, and the answer it wants: it compares the signature and the digest in
 * `canonicalizedBody` with its bundle, and does not look at the verifier there.
 */

const key = makeSigner();
const certificate = newIssuer().issue(createPublicKey(key.pem));
const lenient = { ...RULES, keysForCertificates: true };

/** A signer as the client has them: with a key of its own, or with a certificate for it. */
const signers: Readonly<Record<string, Signer>> = {
  key: {
    sign: async (data) => ({
      key: { $case: 'publicKey', publicKey: key.pem, hint: 'hint' },
      signature: Buffer.from(signArtifact(key, data, 'sha256')),
    }),
  },
  certificate: {
    sign: async (data) => ({
      key: { $case: 'x509Certificate', certificate },
      signature: Buffer.from(signArtifact(key, data, 'sha256')),
    }),
  },
};

/** A log without a tree, at the place of the client's own. */
class Log implements Witness {
  request: unknown;

  async testify(...[content, publicKey]: Parameters<Witness['testify']>) {
    this.request = CreateEntryRequest.toJSON(toCreateEntryRequest(content, publicKey));
    const body = bodyOf(admitV2(this.request, lenient));
    const { kind, apiVersion } = JSON.parse(body) as { kind: string; apiVersion: string };
    const entry = {
      logIndex: '1',
      logId: { keyId: Buffer.alloc(32) },
      kindVersion: { kind, version: apiVersion },
      integratedTime: '0',
      inclusionPromise: undefined,
      inclusionProof: undefined,
      canonicalizedBody: Buffer.from(body),
    } as unknown as TransparencyLogEntry;
    return { tlogEntries: [entry] };
  }
}

async function makeBundle(kind: string, signer: Signer) {
  const log = new Log();
  const options = { signer, witnesses: [log] };
  const data = Buffer.from(STATEMENT);
  const bundle =
    kind === 'dsse'
      ? await new DSSEBundleBuilder(options).create({ data, type: IN_TOTO })
      : await new MessageSignatureBundleBuilder(options).create({ data });
  const [entry] = bundle.verificationMaterial.tlogEntries;
  if (entry === undefined) throw new Error('the bundle has no entry');
  return { request: log.request, entry, content: toSignedEntity(bundle, data).signature };
}

describe.each(['hashedrekord', 'dsse'])('sigstore-js and Rekor v2: %s', (kind) => {
  it.each(['key', 'certificate'])('what it made with a %s is taken, and it believes the body', async (name) => {
    const { entry, content } = await makeBundle(kind, signers[name] as Signer);
    expect(entry.kindVersion).toEqual({ kind, version: '0.0.2' });
    expect(() => verifyTLogBody(entry, content)).not.toThrow();
  });

  it('it does not believe the body of another bundle', async () => {
    const [one, other] = [
      await makeBundle(kind, signers['key'] as Signer),
      await makeBundle(kind, signers['key'] as Signer),
    ];
    expect(() => verifyTLogBody(one.entry, other.content)).toThrow(/signature mismatch/);
  });

  it('it sends a bare key where a certificate belongs, and that is not for every log', async () => {
    const { request, entry } = await makeBundle(kind, signers['key'] as Signer);
    const der = createPublicKey(key.pem).export({ type: 'spki', format: 'der' }).toString('base64');
    expect(entry.canonicalizedBody.toString()).toContain(
      `"verifier":{"keyDetails":"PKIX_ECDSA_P256_SHA_256","x509Certificate":{"rawBytes":"${der}"}}`,
    );
    expect(refusalV2(request)).toContain('x509Certificate.rawBytes is a bare public key, and not a certificate');
    expect(refusalV2((await makeBundle(kind, signers['certificate'] as Signer)).request)).toBeUndefined();
  });
});
