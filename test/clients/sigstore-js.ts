import { generateKeyPairSync, sign } from 'node:crypto';
import { type Bundle, bundleFromJSON, bundleToJSON, type SerializedBundle } from '@sigstore/bundle';
import { PublicKeyDetails, TrustedRoot } from '@sigstore/protobuf-specs';
import {
  DSSEBundleBuilder,
  FulcioSigner,
  MessageSignatureBundleBuilder,
  RekorWitness,
  type RekorWitnessOptions,
  type Signer,
  TSAWitness,
  type Witness,
} from '@sigstore/sign';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { type TestLog, openTestLog } from '../support/log.ts';
import {
  type Fulcio,
  identityToken,
  type Listening,
  listenOn,
  startFulcio,
  startTsa,
  type TimestampAuthority,
} from './services.ts';
import { trustedRootOf } from './trust.ts';

export const HINT = 'key-of-the-test';
export const EMAIL = 'ann@example.test';
export const IN_TOTO = 'application/vnd.in-toto+json';
export const ARTIFACT = Buffer.from('an artifact that somebody releases');
export const STATEMENT = Buffer.from(
  JSON.stringify({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'artifact', digest: { sha256: 'ab'.repeat(32) } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {},
  }),
);

/** A running log, a certificate authority, and what a client needs to believe both. */
export interface World extends AsyncDisposable {
  readonly server: TestLog;
  readonly rekorURL: string;
  readonly fulcio: Fulcio;
  readonly tsa: TimestampAuthority;
  readonly trustedRoot: Readonly<Record<string, unknown>>;
}

export async function openWorld(argv: readonly string[] = []): Promise<World> {
  const server = await openTestLog(argv);
  const listening: Listening = await listenOn(server.app);
  const [fulcio, tsa] = [await startFulcio(), await startTsa()];
  return {
    server,
    rekorURL: listening.url,
    fulcio,
    tsa,
    trustedRoot: await trustedRootOf(listening.url, fulcio, tsa),
    [Symbol.asyncDispose]: async () => {
      await tsa[Symbol.asyncDispose]();
      await fulcio[Symbol.asyncDispose]();
      await listening[Symbol.asyncDispose]();
      await server.close();
    },
  };
}

/** Signs with a key that the client keeps to itself. */
export interface KeySigner extends Signer {
  readonly publicKey: string;
}

export function keySigner(): KeySigner {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  return {
    publicKey: pem,
    sign: async (data) => ({
      key: { $case: 'publicKey', publicKey: pem, hint: HINT },
      signature: sign('sha256', data, privateKey),
    }),
  };
}

/** One signature for every message, so that a second proposal is the first again. */
export function repeatingSigner(): KeySigner {
  const signer = keySigner();
  const made = new Map<string, ReturnType<Signer['sign']>>();
  return {
    publicKey: signer.publicKey,
    sign: (data) => {
      const name = data.toString('base64');
      const signature = made.get(name) ?? signer.sign(data);
      made.set(name, signature);
      return signature;
    },
  };
}

export function certificateSigner({ fulcio }: World): Signer {
  const identityProvider = { getToken: () => Promise.resolve(identityToken(EMAIL)) };
  return new FulcioSigner({ fulcioBaseURL: fulcio.url, identityProvider });
}

export function signMessage(world: World, signer: Signer, options: RekorWitnessOptions = {}): Promise<Bundle> {
  return new MessageSignatureBundleBuilder({ signer, witnesses: witnesses(world, options) }).create({ data: ARTIFACT });
}

export function attest(world: World, signer: Signer, options: RekorWitnessOptions = {}): Promise<Bundle> {
  const builder = new DSSEBundleBuilder({ signer, witnesses: witnesses(world, options) });
  return builder.create({ data: STATEMENT, type: IN_TOTO });
}

/** A log of v2 tells no time, so somebody else has to. */
function witnesses({ rekorURL, tsa }: World, options: RekorWitnessOptions): Witness[] {
  const log = new RekorWitness({ rekorBaseURL: rekorURL, ...options });
  return options.majorApiVersion === 2 ? [log, new TSAWitness({ tsaBaseURL: tsa.url })] : [log];
}

/** Writes a bundle into a file and reads it again. */
export function throughFile(bundle: Bundle): SerializedBundle {
  return JSON.parse(JSON.stringify(bundleToJSON(bundle))) as SerializedBundle;
}

/** A bundle's data of an entry; members that it left out are missing. */
export interface Known {
  readonly logIndex?: string;
  readonly kind?: string;
  readonly version?: string;
}

export function knownOf(bundle: SerializedBundle): Known {
  const [entry] = bundle.verificationMaterial.tlogEntries;
  const { kind, version } = entry?.kindVersion ?? {};
  return JSON.parse(JSON.stringify({ logIndex: entry?.logIndex, kind, version })) as Known;
}

/** Verifies as `sigstore verify` does: signature, promise, proof and checkpoint. @throws VerificationError */
export function verify(world: World, bundle: SerializedBundle, signer?: KeySigner) {
  const keys = signer && {
    [HINT]: { rawBytes: derOf(signer.publicKey), keyDetails: PublicKeyDetails.PKIX_ECDSA_P256_SHA_256 },
  };
  const material = toTrustMaterial(TrustedRoot.fromJSON(world.trustedRoot), keys);
  const verifier = new Verifier(material, { ctlogThreshold: signer ? 0 : 1, tlogThreshold: 1 });
  const read = bundleFromJSON(bundle);
  const data = read.content.$case === 'messageSignature' ? ARTIFACT : undefined;
  return verifier.verify(toSignedEntity(read, data));
}

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replaceAll(/-----[A-Z ]+-----|\s/g, ''), 'base64');
}
