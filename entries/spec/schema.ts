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

export function digestSchema(algorithms: readonly string[]): object {
  return {
    type: 'object',
    required: ['algorithm', 'value'],
    properties: { algorithm: { enum: algorithms }, value: { type: 'string', description: 'Hexadecimal' } },
  };
}
