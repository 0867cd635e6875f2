/**
 * Whether there are more than `limit` OpenPGP packets in `bytes`, by their headers alone (RFC 9580 §4.2). Bytes that are no
 * packet end the count: their reader will refuse them.
 */
export function hasMorePackets(bytes: Uint8Array, limit: number): boolean {
  let at = 0;
  for (let count = 0; at < bytes.length; count += 1) {
    if (count === limit) return true;
    const next = packetEnd(bytes, at);
    if (next === undefined) return false;
    at = next;
  }
  return false;
}

/** Just behind the packet that starts at `at`; undefined if none does. */
function packetEnd(bytes: Uint8Array, at: number): number | undefined {
  const tag = bytes[at] as number;
  if (tag < 0x80) return undefined;
  return tag >= 0xc0 ? newEnd(bytes, at + 1) : oldEnd(bytes, at + 1, tag % 4);
}

/** RFC 9580 §4.2.2: a length of one, two or four octets, or none up to the end of the bytes. */
function oldEnd(bytes: Uint8Array, at: number, type: number): number {
  if (type === 3) return bytes.length;
  const octets = 2 ** type;
  return at + octets + bigEndian(bytes, at, octets);
}

/** RFC 9580 §4.2.1: a length of one, two or five octets, or parts each of which has one of its own. */
function newEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    const first = bytes[at] ?? 0;
    if (first < 192) return at + 1 + first;
    if (first < 224) return at + 2 + (first - 192) * 256 + (bytes[at + 1] ?? 0) + 192;
    if (first === 255) return at + 5 + bigEndian(bytes, at + 1, 4);
    at += 1 + 2 ** (first - 224);
  }
}

function bigEndian(bytes: Uint8Array, at: number, octets: number): number {
  let number = 0;
  for (let i = 0; i < octets; i += 1) number = number * 256 + (bytes[at + i] ?? 0);
  return number;
}
