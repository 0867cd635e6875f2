import { describe, expect, it } from 'vitest';
import { HOLDS } from '../../base/verdict.ts';
import { admitAll, attestationSize, type ClaimCheck } from '../../entries/admission.ts';
import { InvalidEntry } from '../../entries/failures.ts';
import { MAX_SEARCH_KEYS } from '../../entries/search-key-list.ts';
import { type AdmittedEntry, type EntryKind } from '../../entries/kind.ts';
import { KindRegistry } from '../../entries/registry.ts';
import { checkClaims } from '../../entries/signatures/check.ts';
import type { ClaimVerdict, SignatureClaim } from '../../entries/signatures/claim.ts';
import { nodeVerifier } from '../../entries/signatures/verifiers/node.ts';
import { hashLeaf } from '../../merkle/hash.ts';
import { admit, admitEach, keysOf, refusal, registry, RULES } from './kinds/admit.ts';
import { dsse, envelope, hashedrekord, intoto001, STATEMENT } from './kinds/proposals.ts';
import { makeSigner } from '../support/signing.ts';
import { judgeClaims } from './signatures/every-verifier.ts';

const signer = makeSigner();
const good = hashedrekord(signer);
const forged = { ...good, spec: { ...good.spec, data: hashedrekord(signer, 'other').spec.data } };
const attested = intoto001(JSON.stringify(envelope([signer])), signer.pem);
const nothing = { ...RULES, kinds: new Set<string>(), algorithms: new Set<string>(), maxBody: 0 };

const kindOf = ({ body }: AdmittedEntry): unknown =>
  (JSON.parse(new TextDecoder().decode(body)) as { kind: unknown }).kind;

describe('rekor-v1 §1.6 admission: the order of checks', () => {
  it('finds the version before the spec', () => {
    expect(refusal({ ...good, apiVersion: '9.9.9', spec: 5 })).toBe(
      "InvalidEntry: hashedrekord implementation for version '9.9.9' not found: unable to locate entry for version 9.9.9",
    );
  });

  it('says of a kind of Rekor that is not built here what Rekor says of one that is switched off', () => {
    const message = "InvalidEntry: entry kind 'rpm' is not enabled for submission on this server";
    expect(refusal({ kind: 'rpm', apiVersion: '0.0.1', spec: {} })).toBe(message);
  });

  it('finds a bad signature before a kind that is switched off', () => {
    expect(refusal(forged, 'create', nothing)).toContain('verifying signature: ');
    expect(refusal(good, 'create', nothing)).toBe(
      "InvalidEntry: entry kind 'hashedrekord' is not enabled for submission on this server",
    );
  });

  it('then a form that cannot be inserted, then the policy, then the size', () => {
    const enabled = { ...nothing, kinds: new Set(['hashedrekord', 'intoto:0.0.1']) };
    const stored: unknown = JSON.parse(new TextDecoder().decode(admit(attested).body));
    expect(refusal(stored, 'create', enabled)).toContain('entry not insertable into log: missing envelope content');
    expect(refusal(good, 'create', enabled)).toBe('InvalidEntry: entry algorithms are not allowed');
    expect(refusal(good, 'create', { ...RULES, maxBody: 100 })).toMatch(
      /^BodyTooLarge: the canonical body is \d+ bytes, and the limit is 100$/,
    );
  });

  it('knows kinds that are switched on in one version only', () => {
    const enabled = { ...RULES, kinds: new Set(['intoto:0.0.2']) };
    expect(refusal(attested, 'create', enabled)).toBe(
      "InvalidEntry: entry kind 'intoto' does not support inserting entries of version '0.0.1'",
    );
    expect(refusal(attested, 'create', { ...RULES, kinds: new Set(['intoto:0.0.1']) })).toBeUndefined();
  });

  it('asks of a lookup nothing but the signature', () => {
    expect(refusal(good, 'lookup', nothing)).toBeUndefined();
    expect(refusal(forged, 'lookup', nothing)).toContain('verifying signature: ');
  });

  it('names an entry by the hash of its leaf', () => {
    const entry = admit(good);
    expect(entry.leafHash).toEqual(hashLeaf(entry.body));
  });
});

describe('rekor-v1 §1.6 admission of many at once', () => {
  it('checks all their signatures in one call, and one that fails does so alone', () => {
    const calls: number[] = [];
    const proposals = [good, 'nonsense', forged, dsse(JSON.stringify(envelope([signer])), [signer.pem]), good];
    const results = admitAll(proposals, 'create', RULES, registry, (claims) => {
      calls.push(claims.length);
      return judgeClaims(claims);
    });
    expect(calls).toEqual([4]);
    expect(results.map((result) => (result instanceof Error ? result.name : kindOf(result)))).toEqual([
      'hashedrekord',
      'MalformedProposal',
      'InvalidEntry',
      'dsse',
      'hashedrekord',
    ]);
  });

  it('keeps a bug in one of them from the others, and from looking like a failure of theirs', () => {
    const broken: EntryKind = {
      kind: 'rpm',
      version: '0.0.1',
      schema: {},
      parse() {
        throw new TypeError('a bug');
      },
    };
    const [bug, entry] = admitAll(
      [{ kind: 'rpm', apiVersion: '0.0.1', spec: {} }, good],
      'create',
      RULES,
      new KindRegistry([broken, { ...broken, kind: 'hashedrekord', parse: examineGood }]),
      judgeClaims,
    );
    expect(bug).toBeInstanceOf(Error);
    expect(bug).not.toBeInstanceOf(InvalidEntry);
    expect(bug).toHaveProperty('cause.message', 'a bug');
    expect(entry).toHaveProperty('leafHash');
  });

  const examineGood: EntryKind['parse'] = () => ({
    claims: [],
    keysIn: 'spec',
    finish: () => ({ kind: 'hashedrekord', version: '0.0.1', body: new Uint8Array(), searchKeys: [] }),
  });

  it('of none is none', () => {
    expect(admitEach([])).toEqual([]);
  });
});

describe('rekor-v1 §1.6 admission with a checker that is at fault', () => {
  const other = hashedrekord(makeSigner(), 'another');
  const proposals = [forged, good, other];
  const holding = (claims: readonly SignatureClaim[]): ClaimVerdict[] =>
    claims.map((claim) => ({ claim, verdict: HOLDS }));

  it.each<readonly [string, ClaimCheck, string]>([
    ['answers nothing', () => [], '3 signatures were to be checked, and 0 verdicts came'],
    [
      'answers too little',
      (claims) => holding(claims).slice(1),
      '3 signatures were to be checked, and 2 verdicts came',
    ],
    [
      'answers too much',
      (claims) => [...holding(claims), ...holding(claims.slice(0, 1))],
      '3 signatures were to be checked, and 4 verdicts came',
    ],
    ['answers in another order', (claims) => holding(claims).reverse(), 'verdict 0 is on another signature'],
    [
      'answers twice of one and never of another',
      (claims) => holding(claims.map((claim, i) => (i === 0 ? (claims[1] ?? claim) : claim))),
      'verdict 0 is on another signature',
    ],
    [
      'throws',
      () => {
        throw new TypeError('a bug');
      },
      'a bug',
    ],
  ])('admits nothing when it %s', (_what, check, cause) => {
    const results = admitAll(['nonsense', ...proposals], 'create', RULES, registry, check);
    expect(results[0]).toHaveProperty('name', 'MalformedProposal');
    expect(results).toHaveLength(4);
    for (const result of results.slice(1)) {
      expect(result).toBeInstanceOf(Error);
      expect(result).not.toBeInstanceOf(InvalidEntry);
      expect(result).toHaveProperty('cause.message', expect.stringContaining(cause));
    }
  });

  it('throws when a verifier of ECDSA signatures answers less or more than it was asked', () => {
    for (const answers of [[], [true, true]]) {
      const verifier = { ...nodeVerifier, verifyDigests: () => answers };
      const check: ClaimCheck = (claims) => checkClaims(claims, verifier);
      const [result] = admitAll([forged], 'create', RULES, registry, check);
      expect(result).toHaveProperty('cause.message', `a verifier judged ${answers.length} signatures of 1`);
    }
  });
});

describe('rekor-v1 §10 attestations', () => {
  it('are measured by what their base64 could hold', () => {
    expect([0, 1, 2, 3, 4].map(attestationSize)).toEqual([0, 3, 3, 3, 6]);
  });

  it('are kept up to the limit, and not at all when it is 0; the entry is taken anyway', () => {
    const size = attestationSize(STATEMENT.length);
    expect(admit(attested, 'create', { ...RULES, maxAttestation: size }).attestation).toHaveLength(STATEMENT.length);
    expect(admit(attested, 'create', { ...RULES, maxAttestation: size - 1 })).not.toHaveProperty('attestation');
    expect(admit(attested, 'create', { ...RULES, maxAttestation: 0 })).not.toHaveProperty('attestation');
  });
});

describe('what one entry may cost the index', () => {
  it('ends at a limit that the refusal names, and one key less is taken', () => {
    const naming = (digests: number): unknown => {
      const digest = Object.fromEntries(Array.from({ length: digests }, (_, i) => [`d${i}`, 'ab']));
      const statement = JSON.stringify({ subject: [{ digest }] });
      return intoto001(JSON.stringify(envelope([signer], statement)), signer.pem);
    };
    const others = 3; // the envelope, the payload and the key
    const most = admit(naming(MAX_SEARCH_KEYS - others));
    expect(keysOf(most)).toHaveLength(MAX_SEARCH_KEYS);
    expect(refusal(naming(MAX_SEARCH_KEYS - others + 1))).toContain(`the limit is ${MAX_SEARCH_KEYS}`);
  });
});
