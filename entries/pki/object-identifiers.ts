/** An object identifier in dotted decimal, each arc below 2³¹ (X.690 §8.19): the octets from `from` up to `to`. */
export function dotted(bytes: Uint8Array, from: number, to: number): string | undefined {
  const hash = hashOf(bytes, from, to);
  const known = KNOWN_IDENTIFIERS.get(hash);
  if (known !== undefined && isSame(known.octets, bytes, from, to)) return known.text;
  const text = spell(bytes, from, to);
  if (text !== undefined && known === undefined && KNOWN_IDENTIFIERS.size < MAX_KNOWN_IDENTIFIERS)
    KNOWN_IDENTIFIERS.set(hash, { octets: bytes.slice(from, to), text });
  return text;
}

/**
 * Those that were read before: a certificate has thirty, all have the same, and to spell one costs five times as much as
 * to find it. Whoever fills this with others gains nothing but that everything takes its time again.
 */
const KNOWN_IDENTIFIERS = new Map<number, { readonly octets: Uint8Array; readonly text: string }>();
const MAX_KNOWN_IDENTIFIERS = 512;

/** FNV-1a. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash;
}

function isSame(octets: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (octets.length !== to - from) return false;
  for (let i = 0; i < octets.length; i += 1) if (octets[i] !== bytes[from + i]) return false;
  return true;
}

function spell(bytes: Uint8Array, from: number, to: number): string | undefined {
  let text = '';
  let arc = 0;
  let isFresh = true;
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] as number;
    if (isFresh && byte === 0x80) return undefined;
    arc = arc * 128 + (byte % 128);
    if (arc >= 2 ** 31) return undefined;
    isFresh = byte < 0x80;
    if (!isFresh) continue;
    text += text === '' ? firstTwo(arc) : `.${arc}`;
    arc = 0;
  }
  return isFresh && text !== '' ? text : undefined;
}

function firstTwo(arc: number): string {
  const root = Math.min(2, Math.floor(arc / 40));
  return `${root}.${arc - 40 * root}`;
}
