import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encoded, signV4 } from '../../../storage/engines/s3-records/sign-v4.ts';

interface Vector {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly token?: string;
  readonly signature: string;
}

const VECTORS = JSON.parse(
  readFileSync(new URL('../../vectors/aws-sigv4/vectors.json', import.meta.url), 'utf8'),
) as Readonly<Record<'suite' | 's3', readonly Vector[]>>;

/** The suite says `service`, and signs no hash of the body as a header. */
const SUITE = {
  keys: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
  host: 'example.amazonaws.com',
  scope: { region: 'us-east-1', service: 'service', at: Date.UTC(2015, 7, 30, 12, 36) },
};
const S3 = {
  keys: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
  host: 'examplebucket.s3.amazonaws.com',
  scope: { region: 'us-east-1', service: 's3', at: Date.UTC(2013, 4, 24) },
};

function signatureOf(vector: Vector, { keys, host, scope }: typeof S3): string | undefined {
  const { method, query, token: sessionToken } = vector;
  const path = vector.path.split('/').map(encoded).join('/');
  const payload = hash('sha256', vector.body ?? '', 'hex');
  const hashed = vector.body === undefined ? {} : { 'x-amz-content-sha256': payload };
  const headers = { ...vector.headers, ...hashed, host };
  const signed = signV4({ method, path, query, headers, payload }, { ...keys, sessionToken }, scope);
  return /Signature=(\w+)$/.exec(signed['authorization'] ?? '')?.[1];
}

describe('AWS Signature Version 4', () => {
  it.each(VECTORS.suite)('signs as the published suite has it: $name', (vector) => {
    expect(signatureOf(vector, SUITE)).toBe(vector.signature);
  });

  it.each(VECTORS.s3)('signs as the manual of S3 has it: $name', (vector) => {
    expect(signatureOf(vector, S3)).toBe(vector.signature);
  });
});
