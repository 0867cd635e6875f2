/** ASN.1 in DER, as much of it as a certificate needs. Throws on contents of 64 KiB or more. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), lengthOf(body.length), body]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  if (length < 0x1_00) return Buffer.from([0x81, length]);
  if (length < 0x1_00_00) return Buffer.from([0x82, Math.floor(length / 256), length % 256]);
  throw new RangeError(`${length} bytes are more than this writes`);
}

export const sequence = (...contents: readonly Uint8Array[]): Buffer => der(0x30, ...contents);
export const set = (...contents: readonly Uint8Array[]): Buffer => der(0x31, ...contents);
export const octets = (...contents: readonly Uint8Array[]): Buffer => der(0x04, ...contents);
export const utf8String = (text: string): Buffer => der(0x0c, Buffer.from(text));
/** Constructed when it holds other values. */
export const context = (number: number, constructed: boolean, ...contents: readonly Uint8Array[]): Buffer =>
  der((constructed ? 0xa0 : 0x80) + number, ...contents);
export const bits = (bytes: Uint8Array, unused = 0): Buffer => der(0x03, Buffer.from([unused]), bytes);
export const utcTime = (text: string): Buffer => der(0x17, Buffer.from(text));

/** Positive: a zero stands in front of what would read as negative. */
export function integer(bytes: Uint8Array): Buffer {
  return (bytes[0] ?? 0) < 0x80 ? der(0x02, bytes) : der(0x02, Buffer.of(0), bytes);
}

/** `1.2.840.…`, RFC 3061 notation. */
export function objectIdentifier(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(arc: number): readonly number[] {
  const groups = [arc % 128];
  for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) groups.unshift(128 + (left % 128));
  return groups;
}
