import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../base/bytes.ts';
import { BadSignature, UnverifiedNote } from '../../../checkpoint/failures.ts';
import { SIGNATURE_TYPE, keyId, logKey, verifierKey } from '../../../checkpoint/key.ts';
import type { NoteSignature } from '../../../checkpoint/note.ts';
import { witnessEndpoints } from '../../../checkpoint/policy/endpoints.ts';
import { parsePolicy } from '../../../checkpoint/policy/parse.ts';
import { type Policy, cosigners, hasQuorum, knownLogs } from '../../../checkpoint/policy/policy.ts';
import { verifyNote } from '../../../checkpoint/verify.ts';
import { formatVkey } from '../../../checkpoint/vkey.ts';
import { addCheckpointUrl } from '../../../checkpoint/witness/submission.ts';
import { COSIGNED_AT, LOG, TEXT, WITNESS, ecdsa, testLog, testWitness } from '../signing.ts';

const LETTERS = ['a', 'b', 'c', 'd', 'e'];
const WITNESSES = LETTERS.map((name, i) => testWitness(`${name}.example.test`, 20 + i));
const [A, B] = WITNESSES.map(({ key }) => formatVkey(key));
const LINES = WITNESSES.map(({ key }) => `witness ${key.name[0]} ${formatVkey(key)}\n`).join('');
const parse = (text: string): Policy => parsePolicy(utf8(text));
const policyOf = (rest: string): Policy => parse(`${LINES}${rest}`);
const quorum = (policy: Policy, names: string): boolean => hasQuorum(policy, new Set(names.split('')));

/** Every set of the five witnesses, as a word of their letters. */
const SETS = Array.from({ length: 32 }, (_, set) => LETTERS.filter((_letter, i) => (set >> i) % 2 === 1).join(''));

describe('tlog-policy: defining the quorum', () => {
  const has = (set: string, letters: string): number =>
    letters.split('').filter((letter) => set.includes(letter)).length;
  const rules: readonly (readonly [string, string, (set: string) => boolean])[] = [
    ['none', 'quorum none\n', () => true],
    ['one witness', 'quorum c\n', (set) => set.includes('c')],
    ['any', 'group g any a b\nquorum g\n', (set) => has(set, 'ab') >= 1],
    ['all', 'group g all a b c\nquorum g\n', (set) => has(set, 'abc') === 3],
    ['two of three', 'group g 2 a b c\nquorum g\n', (set) => has(set, 'abc') >= 2],
    ['all of one', 'group g all a\nquorum g\n', (set) => set.includes('a')],
    [
      'the example of the specification',
      'group X 2 a b c\ngroup Y any d e\ngroup XY all X Y\nquorum XY\n',
      (set) => has(set, 'abc') >= 2 && has(set, 'de') >= 1,
    ],
    [
      'a group and witnesses in one group',
      'group X all a b\ngroup Y 2 X c d\nquorum Y\n',
      (set) => Number(has(set, 'ab') === 2) + has(set, 'cd') >= 2,
    ],
    ['a group that is in another, alone', 'group X any a b\ngroup Y all X c\nquorum X\n', (set) => has(set, 'ab') >= 1],
  ];
  it.each(rules)('%s: every set of cosigners', (_what, rest, rule) => {
    const policy = policyOf(rest);
    expect(SETS.filter((set) => quorum(policy, set))).toEqual(SETS.filter(rule));
  });
  it('names of groups, and of nobody, count for nothing', () => {
    const policy = policyOf('group X any a\ngroup Y all X b\nquorum Y\n');
    expect(hasQuorum(policy, new Set(['X', 'Y', 'b', 'z']))).toBe(false);
    expect(hasQuorum(policy, new Set(['a', 'b']))).toBe(true);
  });
  it('more cosignatures never break a quorum', () => {
    const policy = policyOf('group X 2 a b c\ngroup Y any d e\ngroup XY all X Y\nquorum XY\n');
    fc.assert(
      fc.property(fc.subarray(LETTERS), fc.subarray(LETTERS), (some, more) => {
        return !hasQuorum(policy, new Set(some)) || hasQuorum(policy, new Set([...some, ...more]));
      }),
    );
  });
});

describe('tlog-policy: who has cosigned', () => {
  const policy = policyOf('group g 2 a b c\nquorum g\n');
  const cosigned = (...signatures: readonly NoteSignature[]): ReadonlySet<string> =>
    cosigners(policy, { text: TEXT, signatures: [LOG.sign(TEXT), ...signatures] });

  it('is told by the names of the policy, not of the keys', () => {
    const lines = WITNESSES.slice(0, 2).map((witness) => witness.cosign(TEXT, COSIGNED_AT));
    expect([...cosigned(...lines)]).toEqual(['a', 'b']);
    expect(hasQuorum(policy, cosigned(...lines))).toBe(true);
  });
  it('nobody, and witnesses that the policy does not know', () => {
    expect([...cosigned()]).toEqual([]);
    expect([...cosigned(WITNESS.cosign(TEXT, COSIGNED_AT))]).toEqual([]);
  });
  it('one witness twice is one', () => {
    const [a] = WITNESSES;
    const lines = [1, 2].map((time) => a?.cosign(TEXT, time) as NoteSignature);
    expect([...cosigned(...lines)]).toEqual(['a']);
  });
  it('a line that a witness did not sign spoils the note', () => {
    const [a, b] = WITNESSES;
    const forged = { ...(a?.cosign(TEXT, 1) as NoteSignature), signature: b?.cosign(TEXT, 1).signature as Uint8Array };
    expect(() => cosigned(forged)).toThrow(BadSignature);
  });
  it('a key of type 0x01 is found by the lines of type 0x04, and post-quantum keys never', () => {
    const [a, b] = WITNESSES;
    const published = verifierKey('a.example.test', SIGNATURE_TYPE.ed25519, a?.key.material as Uint8Array);
    const quantum = verifierKey('q', SIGNATURE_TYPE.mlDsa44, new Uint8Array(1312));
    const mixed = parse(`witness a ${formatVkey(published)}\nwitness q ${formatVkey(quantum)}\nquorum q\n`);
    const line: NoteSignature = { name: 'q', keyId: keyId(quantum), signature: new Uint8Array(2428) };
    const note = {
      text: TEXT,
      signatures: [line, a?.cosign(TEXT, 1) as NoteSignature, b?.cosign(TEXT, 1) as NoteSignature],
    };
    expect([...cosigners(mixed, note)]).toEqual(['a']);
    expect(hasQuorum(mixed, cosigners(mixed, note))).toBe(false);
  });
});

describe('tlog-policy: known logs', () => {
  const second = testLog('log.example.test', 30);
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ec = logKey('ec.example.test', publicKey.export({ type: 'spki', format: 'der' }));
  const policy = parse(
    `log ${formatVkey(LOG.key)}\nlog ${formatVkey(ec)}\nlog ${formatVkey(second.key)}\nquorum none\n`,
  );

  it('are found by origin, each with all its keys', () => {
    const logs = knownLogs(policy, ecdsa);
    expect([...logs.keys()]).toEqual(['log.example.test', 'ec.example.test']);
    const verifiers = logs.get('log.example.test') ?? [];
    for (const log of [LOG, second])
      expect(verifyNote({ text: TEXT, signatures: [log.sign(TEXT)] }, verifiers).verified.length).toBe(1);
  });
  it('with ECDSA keys need somebody to check them, and are unverified without', () => {
    const line: NoteSignature = { name: ec.name, keyId: keyId(ec), signature: sign('sha256', utf8(TEXT), privateKey) };
    const check = (logs: ReturnType<typeof knownLogs>) =>
      verifyNote({ text: TEXT, signatures: [line] }, logs.get('ec.example.test') ?? []);
    expect(check(knownLogs(policy, ecdsa)).verified.length).toBe(1);
    expect(knownLogs(policy).has('ec.example.test')).toBe(true);
    expect(() => check(knownLogs(policy))).toThrow(UnverifiedNote);
  });
});

describe('tlog-witness: where to submit', () => {
  it.each([
    ['https://w.example', 'https://w.example/add-checkpoint'],
    ['https://w.example/', 'https://w.example/add-checkpoint'],
    ['http://localhost:7380', 'http://localhost:7380/add-checkpoint'],
    ['https://bastion.example/0011aabb', 'https://bastion.example/0011aabb/add-checkpoint'],
    ['https://bastion.example/0011aabb/', 'https://bastion.example/0011aabb/add-checkpoint'],
    ['https://w.example/a/b', 'https://w.example/a/b/add-checkpoint'],
    ['https://w.example/add-checkpoint', 'https://w.example/add-checkpoint/add-checkpoint'],
    ['https://w.example/a%20b', 'https://w.example/a%20b/add-checkpoint'],
    ['https://exämple.test', 'https://xn--exmple-cua.test/add-checkpoint'],
  ])('below %s', (prefix, url) => {
    expect(addCheckpointUrl(prefix)).toBe(url);
  });
  it.each([
    '',
    'w.example',
    '/add-checkpoint',
    'ftp://w.example',
    'mailto:w@example',
    'https://',
    'https://w.example/?a',
    'https://w.example?',
    'https://w.example/#a',
    'https://w.example/#',
    'https://user@w.example',
    'https://:password@w.example',
    'https://w.example/\ud800',
  ])('not below %j', (prefix) => {
    expect(addCheckpointUrl(prefix)).toBeUndefined();
  });

  it('witnesses of one address are asked at once, those without one are not', () => {
    const policy = parse(
      `witness a ${A} https://w.example/x\nwitness b ${B}\n${WITNESSES.slice(2)
        .map(({ key }, i) => `witness w${i} ${formatVkey(key)} https://w.example/${['x/', 'y', 'x'][i]}\n`)
        .join('')}quorum a\n`,
    );
    expect(witnessEndpoints(policy).map(({ url, witnesses }) => [url, witnesses.map(({ name }) => name)])).toEqual([
      ['https://w.example/x/add-checkpoint', ['a', 'w0', 'w2']],
      ['https://w.example/y/add-checkpoint', ['w1']],
    ]);
  });
});
