import { createPublicKey, hash } from 'node:crypto';
import { toBase64, toHex, utf8 } from '../../base/bytes.ts';
import { canonicalJson } from '../../base/canonical-json.ts';
import { admitAll } from '../../entries/admission.ts';
import type { AdmittedEntry } from '../../entries/kind.ts';
import { kinds as v1Kinds, v2Kinds } from '../../entries/kinds/index.ts';
import { KindRegistry } from '../../entries/registry.ts';
import { checkClaims } from '../../entries/signatures/check.ts';
import { nodeVerifier } from '../../entries/signatures/verifiers/node.ts';
import type { LogIdentity } from '../../storage/identity.ts';
import type { LogKey } from '../keys/keys.ts';

/** Entry 0 and what it is about. */
export interface Genesis {
  /** The genesis document: canonical JSON, to be kept beside the log. */
  readonly document: string;
  readonly entry: AdmittedEntry;
}

/** The API in whose form entry 0 is made: a log of Rekor v2 alone holds no entry of v1. */
export type GenesisKind = 'rekor-v1' | 'rekor-v2';

/** Of which log a genesis document is. */
export interface GenesisRecord {
  readonly treeId: string;
  readonly origin: string;
  /** PEM. */
  readonly keys: { readonly rekor: string; readonly c2sp: string };
}

/** Undefined for what is no genesis document. */
export function parseGenesis(text: string): GenesisRecord | undefined {
  try {
    const { type, treeID, origin, keys } = JSON.parse(text) as Record<string, unknown>;
    const { v1, tile } = keys as Record<string, unknown>;
    const isWhole =
      type === GENESIS_TYPE &&
      [treeID, origin, v1, tile].every((member) => typeof member === 'string' && member !== '');
    return isWhole ? ({ treeId: treeID, origin, keys: { rekor: v1, c2sp: tile } } as GenesisRecord) : undefined;
  } catch {
    return undefined;
  }
}

const GENESIS_TYPE = 'stele-birth';
const ALGORITHM = 'ecdsa-sha2-256-nistp256';

/**
 * The log's own first entry: a hashedrekord over its genesis document, signed with its own key. Proto JSON leaves out an
 * index of 0, and two client libraries then fail on an entry that has it, so no user's entry gets it.
 */
export async function genesisOf(
  identity: LogIdentity,
  rekor: LogKey,
  c2sp: LogKey,
  api: GenesisKind = 'rekor-v1',
): Promise<Genesis> {
  const { treeId, origin, created } = identity;
  const document = `${canonicalJson({ type: GENESIS_TYPE, origin, treeID: treeId, created, keys: { v1: rekor.publicKey, tile: c2sp.publicKey } })}\n`;
  return { document, entry: await ownEntry(document, rekor, api) };
}

/** An entry of the log's own: a hashedrekord over a document, signed with the log's own key. */
export async function ownEntry(document: string, rekor: LogKey, api: GenesisKind): Promise<AdmittedEntry> {
  const [signature] = await rekor.signer.sign([utf8(document)]);
  if (signature === undefined) throw new Error('the signer signed nothing');
  const digest = hash('sha256', document, 'buffer');
  const made = { digest, signature, publicKey: rekor.publicKey };
  const [proposal, kinds] = api === 'rekor-v1' ? [proposalOf(made), v1Kinds] : [requestOf(made), v2Kinds];
  const rules = {
    algorithms: new Set([ALGORITHM]),
    kinds: new Set([proposal.kind]),
    maxBody: 65_535,
    maxAttestation: 0,
  };
  const [entry] = admitAll([proposal], 'create', rules, new KindRegistry(kinds), (claims) =>
    checkClaims(claims, nodeVerifier),
  );
  if (entry === undefined || entry instanceof Error) throw entry ?? new Error('an entry of the log was not admitted');
  return entry;
}

interface Made {
  readonly digest: Uint8Array;
  readonly signature: Uint8Array;
  /** PEM. */
  readonly publicKey: string;
}

function proposalOf({ digest, signature, publicKey }: Made) {
  const spec = {
    data: { hash: { algorithm: 'sha256', value: toHex(digest) } },
    signature: { content: toBase64(signature), publicKey: { content: toBase64(utf8(publicKey)) } },
  };
  return { apiVersion: '0.0.1', kind: 'hashedrekord', spec };
}

function requestOf({ digest, signature, publicKey }: Made) {
  const rawBytes = createPublicKey(publicKey).export({ type: 'spki', format: 'der' }).toString('base64');
  const verifier = { publicKey: { rawBytes }, keyDetails: 'PKIX_ECDSA_P256_SHA_256' };
  const spec = { digest: toBase64(digest), signature: { content: toBase64(signature), verifier } };
  return { apiVersion: '0.0.2', kind: 'hashedrekord', spec };
}
