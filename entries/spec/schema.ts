/*
 * Parts that the JSON Schemas of several kinds share.
 */

export const BASE64 = {
  type: 'string',
  contentEncoding: 'base64',
  description: 'RFC 4648 §4, padded',
} as const;

export const PEM = {
  ...BASE64,
  description: 'Base64 of PEM text: a public key, a certificate, or a chain of at most 10 certificates, leaf first',
} as const;

/** A field of type `bytes` in proto3 JSON. */
export const BYTES = {
  type: 'string',
  contentEncoding: 'base64',
  description: 'RFC 4648 §4 or §5, with or without padding',
} as const;

const RAW_BYTES = {
  type: 'object',
  additionalProperties: false,
  required: ['rawBytes'],
  properties: { rawBytes: BYTES },
} as const;

/** `Verifier` of Rekor v2. */
export const VERIFIER_SCHEMA: object = {
  type: 'object',
  additionalProperties: false,
  required: ['keyDetails'],
  properties: {
    publicKey: { ...RAW_BYTES, description: 'SubjectPublicKeyInfo in DER' },
    x509Certificate: { ...RAW_BYTES, description: 'One certificate in DER' },
    keyDetails: {
      description: 'A name of sigstore.common.v1.PublicKeyDetails, or its number',
      type: ['string', 'integer'],
    },
  },
  oneOf: [{ required: ['publicKey'] }, { required: ['x509Certificate'] }],
};

export function digestSchema(algorithms: readonly string[]): object {
  return {
    type: 'object',
    required: ['algorithm', 'value'],
    properties: { algorithm: { enum: algorithms }, value: { type: 'string', description: 'Hexadecimal' } },
  };
}
