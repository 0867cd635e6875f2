import { compareBytes, toBase64, toHex, utf8 } from '../../../base/bytes.ts';
import { canonicalJson } from '../../../base/canonical-json.ts';
import type { Verdict } from '../../../base/verdict.ts';
import { isObject } from '../../../base/json-reader.ts';
import { sha256 } from '../../../base/sha256.ts';
import { preAuthEncoding } from '../../envelope/pre-auth-encoding.ts';
import { IN_TOTO_TYPE, statementDigests } from '../../envelope/statement.ts';
import { InvalidEntry } from '../../failures.ts';
import { type CanonicalEntry, type EntryKind, type ParsedSpec } from '../../kind.ts';
import type { SearchKey } from '../../search-key-list.ts';
import { type KeyMaterial } from '../../pki/x509.ts';
import { type DigestAlgorithm, type SignatureClaim, type Signed } from '../../signatures/claim.ts';
import { digestOf } from '../../signatures/node-crypto.ts';
import { BYTES, VERIFIER_SCHEMA } from '../../spec/schema.ts';
import { digestKey, searchKeys, signerKeys } from '../../spec/search-keys.ts';
import { materialsIfReadable, readSigner, type Signer, verifierJson } from '../../spec/verifier.ts';
import { type Proposed, readProposed, readStored, REQUEST, STORED_MEMBER, type Stored } from './v0.0.2-parts.ts';

/**
 * A DSSE envelope all signatures of which the given verifiers made, as Rekor v2 took it until 2.2. `spec` is what the
 * request has as `dsseRequestV002`; as an entry holds it, it can be looked up but not inserted. The leaf keeps the
 * signatures and the hash of the payload.
 */
export const dsse002: EntryKind = {
  kind: 'dsse',
  version: '0.0.2',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['envelope', 'verifiers'],
    properties: {
      envelope: {
        type: 'object',
        additionalProperties: false,
        required: ['signatures'],
        properties: {
          payload: BYTES,
          payloadType: { type: 'string' },
          signatures: {
            type: 'array',
            minItems: 1,
            maxItems: 10,
            items: {
              type: 'object',
              additionalProperties: false,
              required: ['sig'],
              properties: { sig: BYTES, keyid: { type: 'string', description: 'Not looked at' } },
            },
          },
        },
      },
      verifiers: { type: 'array', minItems: 1, maxItems: 10, items: VERIFIER_SCHEMA },
    },
  },
  parse: (spec) =>
    isObject(spec) && Object.hasOwn(spec, STORED_MEMBER)
      ? parseStored(readStored(spec))
      : parseProposed(readProposed(spec)),
};

/** A stored entry whose keys cannot be read is an entry all the same; only nothing finds it. */
function parseStored({ payloadDigest, signatures }: Stored): ParsedSpec {
  const stored = { payloadDigest, signatures: inOrder(signatures) };
  const materials = materialsIfReadable(stored.signatures.map(({ verifier }) => verifier));
  const found = materials === undefined ? [] : searchKeys(leafKeys(stored, materials));
  return {
    claims: [],
    keysIn: `spec.${STORED_MEMBER}.signatures`,
    notInsertable: 'missing envelope content',
    finish: () => entry(stored, found),
  };
}

/** Every verifier's algorithm is judged, also of one that made nothing. */
function parseProposed(proposed: Proposed): ParsedSpec {
  const signers = proposed.verifiers.map(readSigner);
  return {
    claims: claimAll(proposed, signers),
    keysIn: `${REQUEST}.verifiers`,
    finish: (verdicts) => finishProposed(proposed, signers, verdicts),
  };
}

/** Returns claims that each verifier made each signature, row by row. */
function claimAll({ payload, payloadType, signatures }: Proposed, signers: readonly Signer[]): SignatureClaim[] {
  const message = preAuthEncoding(payloadType, payload);
  const digests = new Map<DigestAlgorithm, Signed>();
  return signers.flatMap(({ material, algorithm }) => {
    const signed =
      algorithm.digest === undefined ? ({ over: 'message', message } as const) : overDigest(algorithm.digest);
    return signatures.map(({ sig }) => ({ key: material.key, signature: sig, signed }));
  });

  function overDigest(algorithm: DigestAlgorithm): Signed {
    const known = digests.get(algorithm) ?? { over: 'digest', algorithm, digest: digestOf(algorithm, message) };
    digests.set(algorithm, known);
    return known;
  }
}

/** @throws InvalidEntry */
function finishProposed(proposed: Proposed, signers: readonly Signer[], verdicts: readonly Verdict[]): CanonicalEntry {
  const { payload, payloadType, signatures } = proposed;
  const makers = makersOf(signatures.length, signers, verdicts);
  const signed = signatures.map(({ sig, path }, i) => {
    const maker = makers[i];
    if (maker === undefined) throw new InvalidEntry(`${path} ${reasonFor(signers, verdicts[i])}`);
    return { content: sig, maker, verifier: maker.verifier };
  });
  const sorted = inOrder(signed);
  const stored = { payloadDigest: sha256(payload), signatures: sorted };
  const materials = sorted.map(({ maker }) => maker.material);
  const digests = payloadType === IN_TOTO_TYPE ? statementDigests(payload, 'any') : undefined;
  const keyForCertificate = signers.find((signer) => signer.keyForCertificate !== undefined)?.keyForCertificate;
  return {
    ...entry(stored, searchKeys(leafKeys(stored, materials), digests)),
    algorithmUses: signers.map(({ use }) => use),
    signers: materials,
    signed: { type: payloadType, payload },
    ...(keyForCertificate === undefined ? {} : { keyForCertificate }),
  };
}

/** Names the reason of a verifier only if there is one verifier. */
function reasonFor(signers: readonly Signer[], verdict: Verdict | undefined): string {
  if (signers.length === 1 && verdict?.holds === false) return `does not hold: ${verdict.reason}`;
  return 'was made by none of the verifiers, each of which speaks for one signature';
}

/**
 * Returns the maker of each signature. As in Rekor a verifier speaks for the first signature that it made, and for no
 * other. Rekor asks them in no order, until all signatures are spoken for, and one that made none is a fault if it is
 * asked before that: such a request passes by chance. Here it passes.
 */
function makersOf(
  signatures: number,
  signers: readonly Signer[],
  verdicts: readonly Verdict[],
): readonly (Signer | undefined)[] {
  const makers = new Array<Signer | undefined>(signatures).fill(undefined);
  for (const [row, signer] of signers.entries()) {
    const first = verdicts.slice(row * signatures, (row + 1) * signatures).findIndex(({ holds }) => holds);
    if (first >= 0) makers[first] ??= signer;
  }
  return makers;
}

function leafKeys({ payloadDigest }: Stored, materials: readonly KeyMaterial[]): readonly string[] {
  return [...materials.flatMap(signerKeys), digestKey({ algorithm: 'sha256', value: toHex(payloadDigest) })];
}

/** The leaf: what protobuf-go and then RFC 8785 make of the entry. Needs its signatures in order. */
function entry({ payloadDigest, signatures }: Stored, found: readonly SearchKey[]): CanonicalEntry {
  const { kind, version } = dsse002;
  const payloadHash = { algorithm: 'SHA2_256', digest: toBase64(payloadDigest) };
  const listed = signatures.map(({ content, verifier }) => ({
    content: toBase64(content),
    verifier: verifierJson(verifier),
  }));
  const spec = { [STORED_MEMBER]: { payloadHash, signatures: listed } };
  return { kind, version, body: utf8(canonicalJson({ apiVersion: version, kind, spec })), searchKeys: found };
}

/** By their bytes, ascending. */
function inOrder<T extends { readonly content: Uint8Array }>(signatures: readonly T[]): readonly T[] {
  return signatures.toSorted((a, b) => compareBytes(a.content, b.content));
}
