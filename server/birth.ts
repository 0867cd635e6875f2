import { hash } from 'node:crypto';
import { toBase64, utf8 } from '../base/bytes.ts';
import { canonicalJson } from '../base/canonical-json.ts';
import { admitAll } from '../entries/admission.ts';
import type { AdmittedEntry } from '../entries/kind.ts';
import { kinds } from '../entries/kinds/index.ts';
import { KindRegistry } from '../entries/registry.ts';
import { checkClaims } from '../entries/signatures/check.ts';
import { nodeVerifier } from '../entries/signatures/verifiers/node.ts';
import type { LogIdentity } from '../storage/contract.ts';
import type { LogKey } from './keys.ts';

/** Entry 0 and what it is about. */
export interface Birth {
  /** The birth document: canonical JSON, to be kept beside the log. */
  readonly document: string;
  readonly entry: AdmittedEntry;
}

const ALGORITHM = 'ecdsa-sha2-256-nistp256';

/**
 * The log's own first entry: a hashedrekord over its birth document, signed with its own key. Proto JSON leaves out an
 * index of 0, and two client libraries then fail on an entry that has it, so no user's entry gets it.
 */
export async function birthOf(identity: LogIdentity, v1: LogKey, tile: LogKey): Promise<Birth> {
  const { treeId, origin, created } = identity;
  const document = `${canonicalJson({ type: 'stele-birth', origin, treeID: treeId, created, keys: { v1: v1.publicKey, tile: tile.publicKey } })}\n`;
  const [signature] = await v1.signer.sign([utf8(document)]);
  if (signature === undefined) throw new Error('the signer signed nothing');
  const proposal = {
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: {
      data: { hash: { algorithm: 'sha256', value: hash('sha256', document, 'hex') } },
      signature: { content: toBase64(signature), publicKey: { content: toBase64(utf8(v1.publicKey)) } },
    },
  };
  const rules = {
    algorithms: new Set([ALGORITHM]),
    kinds: new Set([proposal.kind]),
    maxBody: 65_535,
    maxAttestation: 0,
  };
  const [entry] = admitAll([proposal], 'create', rules, new KindRegistry(kinds), (claims) =>
    checkClaims(claims, nodeVerifier),
  );
  if (entry === undefined || entry instanceof Error) throw entry ?? new Error('the birth entry was not admitted');
  return { document, entry };
}
