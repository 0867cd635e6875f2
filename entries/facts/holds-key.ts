import { toBase64, utf8 } from '../../base/bytes.ts';

/** Returns the test whether bytes, such as the body of an entry, hold a key as Rekor v1 or v2 keeps it. @param publicKey - PEM */
export function holdsKey(publicKey: string): (bytes: Uint8Array) => boolean {
  const der = publicKey.replaceAll(/-----[^-]+-----|\s/g, ''); // in base64
  const forms = [toBase64(utf8(publicKey)), der];
  return ({ buffer, byteOffset, length }) => {
    const bytes = Buffer.from(buffer, byteOffset, length);
    return forms.some((form) => bytes.includes(form));
  };
}
