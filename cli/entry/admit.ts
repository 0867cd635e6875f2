import { toHex } from '../../base/bytes.ts';
import { utf8 } from '../../base/bytes.ts';
import { type AdmissionRules, admitAll, type ClaimCheck } from '../../entries/admission.ts';
import { KNOWN_ALGORITHMS } from '../../entries/algorithm-policy.ts';
import { type Facts, factsOf } from '../../entries/facts/facts.ts';
import type { AdmittedEntry } from '../../entries/kind.ts';
import { kinds, v2Kinds } from '../../entries/kinds/index.ts';
import { readCertificate } from '../../entries/pki/certificate.ts';
import { KindRegistry } from '../../entries/registry.ts';
import { checkClaims } from '../../entries/signatures/check.ts';
import { nodeVerifier } from '../../entries/signatures/verifiers/node.ts';
import { readCreateEntryRequest } from '../../entries/v2-request.ts';

/** The kinds of entries as each API has them. */
export const REGISTRIES = { rekorV1: new KindRegistry(kinds), rekorV2: new KindRegistry(v2Kinds) } as const;

/** Checks signatures with the OpenSSL inside Node. */
export const checkSignatures: ClaimCheck = (claims) => checkClaims(claims, nodeVerifier);

/** Everything that any log takes: which of it a log takes is for the log to say. */
const RULES = {
  algorithms: new Set(KNOWN_ALGORITHMS),
  kinds: new Set(['hashedrekord', 'dsse', 'intoto']),
  maxBody: Number.MAX_SAFE_INTEGER,
  maxAttestation: 0,
  keysForCertificates: true,
};

/** An entry in the form of one API, whose signatures hold. */
export interface AdmittedForm {
  readonly request: object;
  /** Leaf hash that it has in a log: 64 hex digits. */
  readonly uuid: string;
  readonly body: Uint8Array;
}

/** Does with a proposal of Rekor v1 what a log would do. @throws InvalidEntry and other failures of `entries/` */
export function admitRekorV1(request: object): AdmittedForm {
  const [result] = admitAll([request], 'create', RULES, REGISTRIES.rekorV1, checkSignatures);
  return formOf(request, result);
}

/** The same with a request of Rekor v2. */
export function admitRekorV2(request: object): AdmittedForm {
  const proposal = readCreateEntryRequest(utf8(JSON.stringify(request)), RULES);
  const [result] = admitAll([proposal], 'create', RULES, REGISTRIES.rekorV2, checkSignatures);
  return formOf(request, result);
}

/**
 * Returns the leaf hash (64 hex digits) of the entry that a log makes of a proposal of Rekor v1; undefined for a kind or
 * version that this program does not know.
 *
 * @throws InvalidEntry and other failures of `entries/`
 */
export function leafHashOf(request: object): string | undefined {
  const { kind, apiVersion } = request as Readonly<Record<string, unknown>>;
  const isKnown = kinds.some((one) => one.kind === kind && one.version === apiVersion);
  return isKnown ? admitRekorV1(request).uuid : undefined;
}

function formOf(request: object, result: AdmittedEntry | Error | undefined): AdmittedForm {
  if (result === undefined || result instanceof Error) throw result ?? new Error('each proposal has a result');
  return { request, uuid: toHex(result.leafHash), body: result.body };
}

/** Certificates that a policy trusts, in DER. */
export interface PolicyCertificates {
  readonly roots: readonly Uint8Array[];
  readonly intermediates: readonly Uint8Array[];
}

/** Returns what an admission policy sees of a proposal, of whichever API. @throws InvalidEntry and other failures of `entries/` */
export function factsOfProposal(request: object, { roots, intermediates }: PolicyCertificates): Facts {
  const read = (list: readonly Uint8Array[]) => list.map((der) => readCertificate(der, 'go1.27'));
  const trusted = { roots: read(roots), intermediates: read(intermediates) };
  const rules: AdmissionRules = { ...RULES, factsOf: (entry) => JSON.stringify(factsOf(entry, trusted)) };
  const isRekorV1 = 'kind' in request;
  const proposal = isRekorV1 ? request : readCreateEntryRequest(utf8(JSON.stringify(request)), rules);
  const registry = isRekorV1 ? REGISTRIES.rekorV1 : REGISTRIES.rekorV2;
  const [result] = admitAll([proposal], 'create', rules, registry, checkSignatures);
  if (result === undefined || result instanceof Error) throw result ?? new Error('each proposal has a result');
  return JSON.parse(result.facts ?? '') as Facts;
}
