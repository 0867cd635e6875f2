import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../base/bytes.ts';
import { lookAt } from '../../cli/watch/look.ts';
import { type Matcher, readExpression } from '../../cli/watch/matchers.ts';
import { authority, leafOf } from '../api/authority.ts';
import { newP256 } from '../entries/pki/certificates.ts';

/* Anybody can log a certificate with names of any length: comparing those must not keep a watch from the entries behind. */

function bodyWith(subject: string): Uint8Array {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = leafOf(authority('test issuer'), newP256(), publicKey, { subject });
  const pem = `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
  const spec = {
    data: { hash: { algorithm: 'sha256', value: 'ab'.repeat(32) } },
    signature: { content: 'AAAA', publicKey: { content: Buffer.from(pem).toString('base64') } },
  };
  return utf8(JSON.stringify({ apiVersion: '0.0.1', kind: 'hashedrekord', spec }));
}

const subject: Matcher = { type: 'subject', subject: readExpression('.*@example\\.test$') };

describe('stele watch: names that are too long to be compared', () => {
  it('a name of 60,000 characters is told as unreadable, and compared with no expression', async () => {
    const body = bodyWith(`${'a'.repeat(60_000)}@example.test`);
    expect(await lookAt(7, body, [subject])).toMatchObject({
      type: 'unreadable',
      logIndex: 7,
      reason: 'it has a name of 60013 characters, and 2048 are compared with an expression at most',
    });
  });

  it('is found by its hash all the same, and says nothing where no expression is watched for', async () => {
    const body = bodyWith(`${'a'.repeat(60_000)}@example.test`);
    const hash = (value: string): Matcher => ({ type: 'hash', hash: `sha256:${value}` });
    expect(await lookAt(7, body, [subject, hash('ab'.repeat(32))])).toMatchObject({ type: 'match' });
    expect(await lookAt(7, body, [hash('cd'.repeat(32))])).toBeUndefined();
  });

  it('a name of 2,000 characters is compared', async () => {
    expect(await lookAt(7, bodyWith(`${'a'.repeat(1987)}@example.test`), [subject])).toMatchObject({ type: 'match' });
  });
});
