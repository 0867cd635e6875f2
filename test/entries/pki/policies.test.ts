import type { KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { der, objectIdentifier, sequence, utf8String } from '../../../testkit/der.ts';
import { readCertificate } from '../../../entries/pki/certificate.ts';
import { judgeChain } from '../../../entries/pki/chain.ts';
import { nodeSignatures } from '../../../entries/signatures/node-signatures.ts';
import { reasonOf } from '../../support/verdicts.ts';
import { certificateOf, extension, newP256, signedBy, spkiOf } from './certificates.ts';

/*
 * Every verdict here was asked of crypto/x509 of Go 1.25, with which Rekor 1.5.4 is built; 15,000 chains of chance had
 * the same verdict there and here.
 */

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const ANY = '2.5.29.32.0';
const [A, B, C] = ['1.2.3.1', '1.2.3.2', '1.2.3.3'] as const;
const keys = Array.from({ length: 4 }, newP256);

interface Words {
  readonly policies?: readonly string[];
  readonly mappings?: readonly (readonly [string, string])[];
  readonly require?: string;
  readonly noMapping?: string;
  readonly noAny?: string;
  /** Its issuer's name is its own. */
  readonly selfIssued?: boolean;
}

const given = (id: string, ...values: readonly Buffer[]) => (values.length === 0 ? [] : [extension(id, ...values)]);

function extensionsOf({ policies, mappings, require, noMapping, noAny }: Words): Buffer[] {
  const identified = policies?.map((policy) => sequence(objectIdentifier(policy)));
  const mapped = mappings?.map((pair) => sequence(...pair.map(objectIdentifier)));
  const counts = [require, noMapping].flatMap((count, i) => (count === undefined ? [] : [der(0x80 + i, hex(count))]));
  return [
    ...given('2.5.29.19', sequence(der(0x01, hex('ff')))),
    ...given('2.5.29.32', ...(identified === undefined ? [] : [sequence(...identified)])),
    ...given('2.5.29.33', ...(mapped === undefined ? [] : [sequence(...mapped)])),
    ...given('2.5.29.36', ...(counts.length === 0 ? [] : [sequence(...counts)])),
    ...given('2.5.29.54', ...(noAny === undefined ? [] : [der(0x02, hex(noAny))])),
  ];
}

function certificate(names: readonly [string, string], signer: number, holder: number, words: Words): Buffer {
  const [issuer, subject] = names.map(utf8String) as [Buffer, Buffer];
  const [signing, held] = [keys[signer]?.privateKey as KeyObject, keys[holder]?.publicKey as KeyObject];
  const extensions = extensionsOf(words);
  return certificateOf({ issuer, subject, extensions, spki: spkiOf(held), signature: signedBy(signing) });
}

/** From the certificate below the root to the leaf. */
function chainOf(path: readonly Words[], root: Words = {}): Buffer[] {
  const chain = [certificate(['root', 'root'], 0, 0, root)];
  let issuer = 'root';
  for (const [i, words] of path.entries()) {
    const subject = words.selfIssued === true ? issuer : `holder ${i}`;
    chain.unshift(certificate([issuer, subject], i, i + 1, words));
    issuer = subject;
  }
  return chain;
}

const refusalOf = (chain: readonly Buffer[], spend: (cost: number) => void = () => {}) =>
  reasonOf(
    judgeChain(
      chain.map((each) => readCertificate(each, 'go1.25')),
      { spend, crypto: nodeSignatures },
    ),
  );

describe('certificate policies of a chain (RFC 5280 §6.1)', () => {
  it.each<readonly [string, readonly Words[]]>([
    ['none is required, and none is named', [{}, {}]],
    ['none is required, and they differ', [{ policies: [A] }, { policies: [B] }]],
    ['one is required, and goes through', [{ policies: [A], require: '00' }, { policies: [A, B] }]],
    ['one is required by the leaf alone', [{ policies: [A] }, { policies: [A], require: '00' }]],
    ['anyPolicy stands above one', [{ policies: [ANY], require: '00' }, { policies: [A] }]],
    ['anyPolicy stands below one', [{ policies: [A], require: '00' }, { policies: [ANY] }]],
    ['one is mapped', [{ policies: [A], mappings: [[A, B]], require: '00' }, { policies: [B] }]],
    ['one is mapped out of anyPolicy', [{ policies: [ANY], mappings: [[A, B]], require: '00' }, { policies: [B] }]],
    ['one is required later than the chain ends', [{ require: '02' }, {}]],
    ['a requirement is negative', [{ require: 'ff' }, {}]],
    [
      'self-issued certificates may name anyPolicy',
      [{ policies: [A], require: '00', noAny: '00' }, { policies: [ANY], selfIssued: true }, { policies: [A] }],
    ],
    [
      'a mapping with anyPolicy where nothing may be mapped',
      [{ policies: [A], noMapping: '00' }, { policies: [A], mappings: [[ANY, A]] }, { policies: [A] }],
    ],
  ])('hold: %s', (_why, path) => {
    expect(refusalOf(chainOf(path))).toBeUndefined();
  });

  it.each<readonly [string, readonly Words[]]>([
    ['the leaf names none', [{ policies: [A], require: '00' }, {}]],
    ['the leaf names another', [{ policies: [A], require: '00' }, { policies: [B] }]],
    ['the leaf requires one that nothing above it names', [{}, { policies: [A], require: '00' }]],
    ['the requirement begins with the leaf', [{ policies: [A], require: '01' }, { policies: [B] }, { policies: [B] }]],
    ['what was mapped away is named', [{ policies: [A], mappings: [[A, B]], require: '00' }, { policies: [A] }]],
    ['anyPolicy is mapped', [{ policies: [ANY], mappings: [[ANY, A]] }, { policies: [A] }]],
    ['something is mapped to anyPolicy', [{ policies: [A], mappings: [[A, ANY]] }, { policies: [A] }]],
    ['anyPolicy counts no longer', [{ policies: [A], require: '00', noAny: '00' }, { policies: [ANY] }]],
    [
      'nothing may be mapped any more',
      [{ policies: [A], require: '00', noMapping: '00' }, { policies: [A], mappings: [[A, C]] }, { policies: [C] }],
    ],
  ])('do not: %s', (_why, path) => {
    expect(refusalOf(chainOf(path))).toBe('x509: no valid chains built: all candidate chains have invalid policies');
  });

  it('are not asked of the root', () => {
    expect(refusalOf(chainOf([{}, {}], { policies: [A], require: '00' }))).toBeUndefined();
  });

  it('are looked for on every path to the root', () => {
    const [leaf = hex(''), bad = hex(''), root = hex('')] = chainOf([{ require: '00' }, { policies: [A] }]);
    const good = certificate(['root', 'holder 0'], 0, 1, { policies: [A] });
    expect(refusalOf([leaf, bad, root])).toBeDefined();
    expect(refusalOf([leaf, bad, good, root])).toBeUndefined();
  });

  it('take arcs of any length', () => {
    const long = '1.2.4294967296.7';
    expect(refusalOf(chainOf([{ policies: [long], require: '00' }, { policies: [long] }]))).toBeUndefined();
    expect(refusalOf(chainOf([{ policies: [long], require: '00' }, { policies: ['1.2.0.7'] }]))).toBeDefined();
  });

  it('cost by their number, on each path that is tried', () => {
    const many = Array.from({ length: 400 }, (_, i) => `1.2.3.${i}`);
    const costOf = (policies: readonly string[]) => {
      let cost = 0;
      refusalOf(chainOf([{ policies, require: '00' }, { policies: ['1.2.4'] }]), (each) => (cost += each));
      return cost;
    };
    expect(costOf(many) - costOf(many.slice(0, 1))).toBeCloseTo((399 * 3) / 100, 1);
  });
});
