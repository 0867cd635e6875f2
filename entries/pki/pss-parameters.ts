import { type DigestAlgorithm } from '../signatures/claim.ts';
import { contextTag, type DerReader, TAG } from './der.ts';

const DIGESTS: Readonly<Record<string, { readonly algorithm: DigestAlgorithm; readonly salt: number }>> = {
  '2.16.840.1.101.3.4.2.1': { algorithm: 'sha256', salt: 32 },
  '2.16.840.1.101.3.4.2.2': { algorithm: 'sha384', salt: 48 },
  '2.16.840.1.101.3.4.2.3': { algorithm: 'sha512', salt: 64 },
};
const MGF1 = '1.2.840.113549.1.1.8';

/**
 * The digest of RSASSA-PSS-params (RFC 4055 §3.1) if Go takes them: MGF1 with the same digest, a salt of its length, and
 * the default trailer, spelled out or left out. As Go's encoding/asn1 it looks at no length of an explicit tag, and reads
 * over what follows the members of a sequence.
 */
export function pssDigest(parameters: DerReader): DigestAlgorithm | undefined {
  const members = parameters.enter(TAG.sequence);
  if (members === undefined) return undefined;
  const hash = members.skipExplicitHeader(0) ? digestIn(members) : undefined;
  const mask = members.skipExplicitHeader(1) ? maskDigestIn(members) : undefined;
  const salt = members.skipExplicitHeader(2) ? smallInteger(members) : undefined;
  const digest = DIGESTS[hash ?? ''];
  if (digest === undefined || mask !== hash || salt !== digest.salt) return undefined;
  return hasDefaultTrailer(members) ? digest.algorithm : undefined;
}

/** The AlgorithmIdentifier of a digest: its parameters may be NULL or absent. */
function digestIn(reader: DerReader): string | undefined {
  const identifier = reader.enter(TAG.sequence);
  const id = identifier?.objectIdentifier();
  if (identifier === undefined || identifier.isEmpty) return id;
  const parameters = identifier.any();
  return parameters?.tag === TAG.null && parameters.contents.isEmpty ? id : undefined;
}

function maskDigestIn(reader: DerReader): string | undefined {
  const identifier = reader.enter(TAG.sequence);
  return identifier?.objectIdentifier() === MGF1 ? digestIn(identifier) : undefined;
}

function smallInteger(reader: DerReader): number | undefined {
  const octets = reader.integer();
  return octets?.length === 1 ? octets[0] : undefined;
}

/** An element of another tag in place of the trailer is read over, unless it is the last and empty. */
function hasDefaultTrailer(members: DerReader): boolean {
  if (members.isEmpty) return true;
  if (members.startsWith(contextTag(3, 'constructed')))
    return members.skipExplicitHeader(3) && smallInteger(members) === 1;
  const other = members.any();
  return other !== undefined && !(other.contents.isEmpty && members.isEmpty);
}
