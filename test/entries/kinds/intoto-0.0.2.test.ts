import { describe, expect, it } from 'vitest';
import { admit, bodyOf, keysOf, refusal, storedForm } from './admit.ts';
import { base64, envelope, IN_TOTO, intoto002, type Intoto002Proposal, sha256Hex, STATEMENT } from './proposals.ts';
import { makeSigner } from '../../support/signing.ts';

const first = makeSigner();
const second = makeSigner('rsa');
const sent = envelope([first]);
const proposal = intoto002(sent, [first.pem]);
const both = intoto002(envelope([first, second]), [first.pem, second.pem]);

type Content = Intoto002Proposal['spec']['content'];

function changed(from: Intoto002Proposal, change: (content: Content) => unknown): unknown {
  return { ...from, spec: { content: change(from.spec.content) } };
}

function withSignatures(
  from: Intoto002Proposal,
  change: (list: Content['envelope']['signatures']) => unknown,
): unknown {
  return changed(from, (content) => ({
    ...content,
    envelope: { ...content.envelope, signatures: change(content.envelope.signatures) },
  }));
}

describe('rekor-v1 §3.3 intoto 0.0.2: the leaf', () => {
  it('holds signatures in double base64, keys as they were sent, and the hash the client named (rekor-v1 trap 4, rekor-v1 trap 5)', () => {
    const loose = `\n${first.pem.replaceAll('\n', '\r\n')}`;
    const entry = admit(
      changed(intoto002(sent, [loose]), (content) => ({
        ...content,
        hash: { algorithm: 'sha256', value: 'anything' },
        payloadHash: { algorithm: 'sha256', value: 'ignored' },
      })),
    );
    const signature = `{"publicKey":"${base64(loose)}","sig":"${base64(sent.signatures[0]?.sig ?? '')}"}`;
    const shown = `{"payloadType":"${IN_TOTO}","signatures":[${signature}]}`;
    const payloadHash = `{"algorithm":"sha256","value":"${sha256Hex(STATEMENT)}"}`;
    const content = `{"envelope":${shown},"hash":{"algorithm":"sha256","value":"anything"},"payloadHash":${payloadHash}}`;
    expect(bodyOf(entry)).toBe(`{"apiVersion":"0.0.2","kind":"intoto","spec":{"content":${content}}}`);
    expect(entry.attestation).toEqual(new TextEncoder().encode(STATEMENT));
  });

  it('keeps a key id unless it is empty, and asks nothing of it', () => {
    const named = withSignatures(proposal, (list) => list.map((item) => ({ ...item, keyid: 'k' })));
    expect(bodyOf(admit(named))).toContain('{"keyid":"k","publicKey":');
    expect(bodyOf(admit(proposal))).not.toContain('keyid');
  });

  it('keeps the order of signatures', () => {
    const reversed = withSignatures(both, (list) => list.toReversed());
    expect(bodyOf(admit(reversed))).not.toBe(bodyOf(admit(both)));
  });

  it('is found by keys and payload, and not by the hash of the envelope (rekor-v1 trap 12)', () => {
    const expected = [first.pem, second.pem, STATEMENT].map((text) => `sha256:${sha256Hex(text)}`);
    const digests = [`sha256:${'ab'.repeat(32)}`, 'foo:bar', `sha1:${'cd'.repeat(20)}`];
    expect(keysOf(admit(both))).toEqual([...expected, ...digests]);
  });

  it('is found by nothing when its statement is no JSON (rekor-v1 §4)', () => {
    expect(keysOf(admit(intoto002(envelope([first], 'no JSON'), [first.pem])))).toEqual([]);
    expect(keysOf(admit(intoto002(envelope([first], 'no JSON', 'text/plain'), [first.pem])))).toHaveLength(2);
  });
});

describe('rekor-v1 §3.3 intoto 0.0.2: signatures (rekor-v1 trap 19)', () => {
  const pem = (signer: { readonly pem: string }): string => base64(signer.pem);

  it('may stand beside each other’s key', () => {
    const keys = [pem(second), pem(first)];
    const swapped = withSignatures(both, (list) => list.map((item, i) => ({ ...item, publicKey: keys[i] })));
    expect(refusal(swapped)).toBeUndefined();
  });

  it('must all be covered', () => {
    const same = withSignatures(both, (list) => list.map((item) => ({ ...item, publicKey: pem(first) })));
    expect(refusal(same)).toBe('InvalidEntry: all signatures must have a key that verifies it');
  });

  it('of one key cannot be two, but the same one twice', () => {
    const twice = intoto002(envelope([first, first]), [first.pem, first.pem]);
    expect(refusal(twice)).toBe('InvalidEntry: all signatures must have a key that verifies it');
    expect(refusal(withSignatures(proposal, (list) => [...list, ...list]))).toBeUndefined();
  });

  it('leave no key without one, even when all are covered', () => {
    const stranger = pem(makeSigner());
    const surplus = withSignatures(proposal, (list) => [...list, { ...list[0], publicKey: stranger }]);
    expect(refusal(surplus)).toBe(
      'InvalidEntry: could not verify envelope: accepted signatures do not match threshold, Found: 0, Expected 1',
    );
    const broken = withSignatures(proposal, (list) => [...list, { ...list[0], publicKey: 'AAAA' }]);
    expect(refusal(broken)).toBe(
      'InvalidEntry: could not parse public key as x509: invalid public key: failure decoding PEM',
    );
  });

  it('are decoded in both alphabets, the payload only in one', () => {
    const odd = envelope([first], '\u00fb\u00ff?>>', 'text/plain');
    const urlSafe = odd.payload.replaceAll('+', '-').replaceAll('/', '_');
    expect(refusal(intoto002({ ...odd, payload: urlSafe }, [first.pem]))).toMatch(
      /^InvalidEntry: could not decode envelope payload: illegal base64 data at input byte \d+$/,
    );
    expect(refusal(intoto002({ ...odd, payload: '!' }, [first.pem]))).toContain('unable to base64 decode payload');
  });

  it('are at most ten with a key each, for 100 checks', () => {
    const signers = Array.from({ length: 11 }, () => makeSigner());
    const pems = signers.map((signer) => signer.pem);
    expect(refusal(intoto002(envelope(signers.slice(0, 10)), pems))).toBeUndefined();
    expect(refusal(intoto002(envelope(signers), pems))).toContain('asks for 121 signature checks, and at most 100');
  });
});

describe('rekor-v1 §3.3 intoto 0.0.2: stored forms', () => {
  it('are read without a look at their keys, and cannot be inserted', () => {
    const entry = admit(proposal);
    expect(bodyOf(admit(storedForm(entry), 'lookup'))).toBe(bodyOf(entry));
    expect(refusal(storedForm(entry))).toBe('InvalidEntry: entry not insertable into log: missing envelope content');
  });

  it.each(['create', 'lookup'] as const)(
    'and proposals need the hash of the envelope for a %s (rekor-v1 trap 5)',
    (purpose) => {
      const without = changed(proposal, ({ envelope: kept }) => ({ envelope: kept }));
      expect(refusal(without, purpose)).toBe('InvalidEntry: missing envelope digest');
    },
  );

  it('need the hash of the payload', () => {
    const { payload: _, ...kept } = proposal.spec.content.envelope;
    const without = changed(proposal, (content) => ({ ...content, envelope: kept }));
    expect(refusal(without, 'lookup')).toBe('InvalidEntry: missing payload digest');
    expect(refusal(without)).toBe('InvalidEntry: entry not insertable into log: missing envelope content');
  });

  it('cannot have an empty payload type', () => {
    expect(refusal(intoto002(envelope([first], STATEMENT, ''), [first.pem]))).toBe(
      'InvalidEntry: entry not insertable into log: missing payloadType content',
    );
  });
});

describe('rekor-v1 §3.3 intoto 0.0.2: members', () => {
  const { envelope: parts, hash } = proposal.spec.content;

  it.each([
    [{}, 'payloadType in body is required'],
    [{ envelope: JSON.stringify(sent), hash }, 'signatures in body is required'],
    [{ envelope: { ...parts, signatures: [] }, hash }, 'signatures in body should have at least 1 items'],
    [{ envelope: { ...parts, signatures: [{ sig: 'AAAA' }] }, hash }, 'publicKey in body is required'],
    [{ envelope: { ...parts, signatures: [{ publicKey: 'AAAA' }] }, hash }, 'sig in body is required'],
    [{ envelope: { ...parts, payload: '!' }, hash }, 'failed parsing base64 data for payload: illegal base64'],
    [{ envelope: parts, hash: { algorithm: 'sha512', value: 'x' } }, 'should be one of [sha256]'],
  ])('refuses case %#', (content, message) => {
    expect(refusal({ ...proposal, spec: { content } })).toContain(message);
  });
});
