import { BASE64, digestSchema, PEM } from '../../spec/schema.ts';

/** JSON Schema of the spec of intoto 0.0.2 as proposed. */
export const schema: object = {
  type: 'object',
  required: ['content'],
  properties: {
    content: {
      type: 'object',
      required: ['envelope', 'hash'],
      properties: {
        envelope: {
          type: 'object',
          required: ['payload', 'payloadType', 'signatures'],
          properties: {
            payload: { ...BASE64, description: 'Base64 of the base64 text of the payload' },
            payloadType: { type: 'string', minLength: 1 },
            signatures: {
              type: 'array',
              minItems: 1,
              items: {
                type: 'object',
                required: ['sig', 'publicKey'],
                properties: {
                  keyid: { type: 'string' },
                  sig: { ...BASE64, description: 'Base64 of the base64 text of the signature' },
                  publicKey: PEM,
                },
              },
            },
          },
        },
        hash: digestSchema(['sha256']),
      },
    },
  },
};
