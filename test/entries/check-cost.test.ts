import { describe, expect, it } from 'vitest';
import { fails, HOLDS } from '../../base/verdict.ts';
import { admitAll, checkBudget, MAX_CHECK_COST } from '../../entries/admission.ts';
import { derOf, integerOf } from '../../entries/pki/der-writer.ts';
import { TAG } from '../../entries/pki/der.ts';
import { readKeyMaterial } from '../../entries/pki/x509.ts';
import { type PublicKey, type SignatureClaim } from '../../entries/signatures/claim.ts';
import { claimsCost } from '../../entries/signatures/cost.ts';
import { makeSigner } from '../support/signing.ts';
import { bodyOf, refusal, registry, RULES } from './kinds/admit.ts';
import { base64, dsse, envelope, hashedrekord, intoto001, intoto002 } from './kinds/proposals.ts';
import { chainOf, pemOf } from './pki/vectors.ts';
import { checkClaims, judgeClaims } from './signatures/every-verifier.ts';

const signer = makeSigner();

/** A key that nobody has the private part of: to check a signature with it costs the same. */
function rsaPem(bits: number, seed: number): string {
  const modulus = Uint8Array.from({ length: bits / 8 }, (_, i) => (i * seed + 197) % 256);
  modulus[0] = 0xc3;
  modulus[bits / 8 - 1] = 2 * seed + 1;
  const numbers = derOf(TAG.sequence, integerOf(Uint8Array.of(0, ...modulus)), integerOf(Uint8Array.of(1, 0, 1)));
  const algorithm = Buffer.from('300d06092a864886f70d0101010500', 'hex');
  const der = derOf(TAG.sequence, algorithm, derOf(TAG.bitString, Uint8Array.of(0), numbers));
  return pemOf('PUBLIC KEY', der).toString();
}

const ten = Array.from({ length: 10 }, (_, i) => i);
const text = (sigs: readonly string[]): string =>
  JSON.stringify({ payloadType: 'x', payload: 'YQ==', signatures: sigs.map((sig) => ({ sig })) });
/** `count` signatures, each to be checked with each of `count` keys of 16,384 bits. */
const costly = (count: number) => {
  const some = ten.slice(0, count);
  return dsse(
    text(some.map((i) => base64(new Uint8Array(2048).fill(i)))),
    some.map((i) => rsaPem(16_384, i)),
  );
};

/** How many claims were put to a verifier for these proposals, and what became of them. */
function checked(proposals: readonly unknown[], purpose: 'create' | 'lookup') {
  let count = 0;
  const admissions = admitAll(proposals, purpose, RULES, registry, (claims) => {
    count += claims.length;
    return claims.map((claim) => ({ claim, verdict: fails('not checked') }));
  });
  return { count, refusals: admissions.map((one) => (one instanceof Error ? one.message : '')) };
}

const claimsOf = (count: number, key: PublicKey, message: Uint8Array): readonly SignatureClaim[] =>
  Array.from({ length: count }, () => ({ key, signature: new Uint8Array(64), signed: { over: 'message', message } }));
const keyIn = (pem: string): PublicKey => readKeyMaterial(Buffer.from(pem)).key;

describe('the cost of signature checks', () => {
  it('of two entries with ten signatures by ten keys of 16,384 bits is refused for the second before it is checked', () => {
    const { count, refusals } = checked([costly(10), costly(10)], 'lookup');
    expect(refusals[1]).toMatch(
      /^spec\.proposedContent\.verifiers: the signature checks of this request cost as much as 4\d{3} of ECDSA P-256, and the limit is 3000$/,
    );
    expect(count).toBe(100);
  });

  it.each(['P-256', 'P-384', 'P-521', 'rsa4096', 'ed25519'] as const)(
    'of ten signatures by ten keys on %s is within the limit',
    (type) => {
      expect(claimsCost(claimsOf(100, keyIn(makeSigner(type).pem), new Uint8Array(65_536)))).toBeLessThan(
        MAX_CHECK_COST,
      );
    },
  );

  it('is limited for all entries of a lookup together, and for each entry that is created', () => {
    const proposals = Array.from({ length: 10 }, () => costly(5));
    const refused = ({ refusals }: ReturnType<typeof checked>): number =>
      refusals.filter((words) => words.includes('and the limit is 3000')).length;
    expect([refused(checked(proposals, 'lookup')), refused(checked(proposals, 'create'))]).toEqual([5, 0]);
  });

  it('of a chain is counted before each check, and refused naming its member', () => {
    const certificate = chainOf('leaf', 'intermediate', 'root').toString();
    const proposal = hashedrekord(signer);
    const spec = {
      ...proposal.spec,
      signature: { ...proposal.spec.signature, publicKey: { content: base64(certificate) } },
    };
    const [admission] = admitAll(
      [{ ...proposal, spec }],
      'create',
      RULES,
      registry,
      (claims) => claims.map((claim) => ({ claim, verdict: HOLDS })),
      () => checkBudget(2),
    );
    expect(admission).toHaveProperty(
      'message',
      expect.stringMatching(
        /^spec\.signature\.publicKey\.content: .* cost as much as 3 of ECDSA P-256, and the limit is 2$/,
      ),
    );
  });

  it('of a large message is that of hashing it once, and with Ed25519 once a check', () => {
    const message = new Uint8Array(16 * 2 ** 20);
    const [p256, ed25519] = [keyIn(signer.pem), keyIn(makeSigner('ed25519').pem)];
    const cost = (count: number, key: PublicKey): number => claimsCost(claimsOf(count, key, message));
    expect(cost(50, p256)).toBe(cost(1, p256) + 49);
    expect(cost(50, ed25519)).toBe(50 * cost(1, ed25519));
    expect(cost(50, ed25519)).toBeGreaterThan(MAX_CHECK_COST);
  });
});

describe('signature checks', () => {
  it('are made once for a key that is written in a hundred ways', () => {
    const from = envelope([signer]);
    const pems = Array.from({ length: 100 }, (_, i) => `${'a comment'.repeat(i)}\n${signer.pem}`);
    expect(checked([dsse(JSON.stringify(from), pems)], 'create').count).toBe(1);
    expect(refusal(dsse(JSON.stringify(from), pems))).toBeUndefined();
    const twice = { ...from, signatures: [from.signatures[0] ?? { sig: '' }, from.signatures[0] ?? { sig: '' }] };
    expect(checked([intoto002(twice, pems)], 'create').count).toBe(1);
    expect(refusal(intoto002(twice, pems))).toBeUndefined();
    expect(refusal(intoto001(JSON.stringify(from), pems[9] ?? ''))).toBeUndefined();
  });

  it('that hold for a key in several spellings keep the spelling of the last', () => {
    const pems = [`one\n${signer.pem}`, `two\n${signer.pem}`];
    const proposal = dsse(JSON.stringify(envelope([signer])), pems);
    const [admission] = admitAll([proposal], 'create', RULES, registry, judgeClaims);
    expect(bodyOf(admission ?? new Error('none'))).toContain(base64(signer.pem));
  });

  it('over one message take one hash of it', () => {
    const message = new Uint8Array(16 * 2 ** 20);
    const cpu = (count: number): number => {
      const before = process.cpuUsage();
      checkClaims(claimsOf(count, keyIn(signer.pem), message));
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    cpu(1);
    const one = cpu(1);
    expect(cpu(60) / one).toBeLessThan(20);
  });
});
