import { utf8 } from '../../base/bytes.ts';

/** PAE of the DSSE protocol: lengths count bytes. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = utf8(payloadType);
  const before = utf8(`DSSEv1 ${type.length} ${payloadType} ${payload.length} `);
  const message = new Uint8Array(before.length + payload.length);
  message.set(before);
  message.set(payload, before.length);
  return message;
}
