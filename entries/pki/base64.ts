/** Bytes of base64 as Go's `StdEncoding` reads it: padded, line ends anywhere, stray bits at the end (RFC 4648 §4). */
export function parseGoBase64(text: string): Uint8Array | undefined {
  const body = text.replaceAll(/[\r\n]+/g, '');
  const foreign = body.search(/[^A-Za-z0-9+/]/);
  const isPlain = foreign < 0 || body.slice(foreign) === '=' || body.slice(foreign) === '==';
  if (body.length % 4 !== 0 || !isPlain) return undefined;
  const binary = atob(body);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
