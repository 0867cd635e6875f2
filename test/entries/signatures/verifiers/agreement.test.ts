import { type ECDSA, ecdsa, weierstrass } from '@noble/curves/abstract/weierstrass.js';
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../../base/bytes.ts';
import { type Curve } from '../../../../entries/signatures/claim.ts';
import { CURVES } from '../../../../entries/signatures/curves.ts';
import { toFixedBytes, toInteger } from '../../../../entries/signatures/integers.ts';
import { type DigestCheck } from '../../../../entries/signatures/verifier.ts';
import { verifiers } from '../every-verifier.ts';
import { type Case, casesOf } from './cases.ts';

/** FIPS 186-4 D.1.2.2, which the package leaves out. */
const { p, n, b } = CURVES['P-224'];
const p224 = ecdsa(
  weierstrass({
    p,
    n,
    b,
    a: p - 3n,
    h: 1n,
    Gx: 0xb70e0cbd6bb4bf7f321390b94a03c1d356c21122343280d6115c1d21n,
    Gy: 0xbd376388b5f723fb4c22dfe6cd4375a05a07476444d5819985007e34n,
  }),
  sha256,
);
const NOBLE: Readonly<Record<Curve, ECDSA>> = { 'P-224': p224, 'P-256': p256, 'P-384': p384, 'P-521': p521 };

/** Judges a check with @noble/curves, an implementation of its own. */
function nobleHolds(curve: Curve, { point, r, s, digest }: DigestCheck): boolean {
  const { length } = CURVES[curve];
  const scalars = [r, s].map(toInteger);
  if (scalars.some((scalar) => scalar >= 256n ** BigInt(length))) return false;
  const signature = Buffer.concat(scalars.map((scalar) => toFixedBytes(scalar, length)));
  try {
    return NOBLE[curve].verify(signature, digest, point, { prehash: false, lowS: false, format: 'compact' });
  } catch {
    return false;
  }
}

const BATCH = 24;

/** Cases that anyone answers otherwise than the first, or than is known beforehand. */
function disputed(curve: Curve, cases: readonly Case[]): readonly string[] {
  const checks = cases.map(({ check }) => check);
  const answers = verifiers.map((verifier) => verifier.verifyDigests(curve, checks));
  return cases.flatMap(({ kind, holds, check }, i) => {
    const said = answers.map((answer) => answer[i]);
    const expected = holds ?? said[0];
    if (said.every((one) => one === expected)) return [];
    const hex = Object.entries(check).map(([name, bytes]: [string, Uint8Array]) => `${name} ${toHex(bytes)}`);
    return [`${kind}: ${verifiers.map(({ name }, at) => `${name} ${said[at]}`).join(', ')}; ${hex.join(', ')}`];
  });
}

const SCALE = Number(process.env['VERIFIER_CASES'] ?? 1); // 10 is what it takes to try a hundred thousand on P-256

describe('FIPS 186-5 §6.4.2 over a given digest: all implementations agree', () => {
  it.each([
    ['P-224', 700],
    ['P-256', 10_400],
    ['P-384', 400],
    ['P-521', 180],
  ] as const)('%s, on good, changed and odd signatures', (curve, count) => {
    const source = casesOf(curve, 20_261_124);
    const found: string[] = [];
    const kinds = new Set<string>();
    for (let done = 0; done < count * SCALE; done += BATCH) {
      const cases = Array.from({ length: BATCH }, () => source.next().value);
      for (const { kind } of cases) kinds.add(kind);
      found.push(...disputed(curve, cases));
    }
    expect(found).toStrictEqual([]);
    expect(kinds.size).toBe(26);
  });

  it.each([
    ['P-224', 104],
    ['P-256', 1040],
    ['P-384', 104],
    ['P-521', 52],
  ] as const)('%s, and @noble/curves with them', (curve, count) => {
    const cases = casesOf(curve, 3)
      .take(count * SCALE)
      .toArray();
    const noble = cases.map(({ check }) => nobleHolds(curve, check));
    for (const verifier of verifiers) {
      const checks = cases.map(({ check }) => check);
      const answers = verifier.verifyDigests(curve, checks);
      const odd = cases.filter((_, i) => answers[i] !== noble[i]);
      expect(odd.map(({ kind }) => `${verifier.name}: ${kind}`)).toStrictEqual([]);
    }
    expect(noble.filter(Boolean).length).toBeGreaterThan(count / 4);
  });
});
