import { parseUtf8 } from '../../base/bytes.ts';
import { TAG } from '../pki/der.ts';
import { InvalidKey } from '../pki/failures.ts';
import { type KeyMaterial, readDerCertificate, readDerKey, readKeyMaterial } from '../pki/x509.ts';
import { readMembers, UnreadableEntry } from './entry-members.ts';
import { type CertificateFacts, type EntryFacts, factsOf, type TrustedCertificates } from './facts.ts';

/** The facts of an entry that stand in what the log keeps of it: neither its payload nor how it was hashed does. */
export interface StoredFacts {
  readonly entry: Omit<EntryFacts, 'algorithm' | 'algorithms' | 'payloadType' | 'predicateType'>;
  readonly certificate: CertificateFacts;
}

/** Keys and certificates of one entry that are read. */
const MAX_SIGNERS = 10;

/** Returns what can be known of an entry from its canonical body; undefined where that cannot be read. */
export function storedFacts(body: Uint8Array, trusted: TrustedCertificates): StoredFacts | undefined {
  try {
    const { kind, version, verifiers } = readMembers(body);
    const signers = verifiers.slice(0, MAX_SIGNERS).map(materialIn);
    const { entry, certificate } = factsOf({ kind, version, body, searchKeys: [], signers }, trusted);
    const { size, identities, fingerprints } = entry;
    return { entry: { kind, version, size, identities, fingerprints }, certificate };
  } catch (error) {
    if (error instanceof UnreadableEntry || error instanceof InvalidKey) return undefined;
    throw error;
  }
}

/** PEM as Rekor v1 keeps it, or DER of a certificate or a key as v2 does. @throws InvalidKey */
function materialIn(content: Uint8Array): KeyMaterial {
  if (content[0] !== TAG.sequence || parseUtf8(content) !== undefined) return readKeyMaterial(content);
  try {
    return readDerCertificate(content, 'go1.27');
  } catch (error) {
    if (!(error instanceof InvalidKey)) throw error;
    return readDerKey(content);
  }
}
