import { CostlyJson } from './failures.ts';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

/** Bytes that belong to no character. A text with more of them is none, and each costs as much as many that do. */
export const MAX_FOREIGN_BYTES = 65_536;

/**
 * UTF-8 to text, with one U+FFFD for every byte that belongs to no character, as Go counts them. Linear.
 *
 * @throws CostlyJson for more than `MAX_FOREIGN_BYTES` of them
 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeMended(bytes);
  }
}

function decodeMended(bytes: Uint8Array): string {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0, foreign = 0; at < bytes.length;) {
    const length = characterLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    foreign += 1;
    if (foreign > MAX_FOREIGN_BYTES)
      throw new CostlyJson(`the text has more than ${MAX_FOREIGN_BYTES} bytes that are no UTF-8`);
    parts.push(lenient.decode(bytes.subarray(from, at)), '\ufffd');
    at += 1;
    from = at;
  }
  parts.push(lenient.decode(bytes.subarray(from)));
  return parts.join('');
}

/** Unicode 16, table 3-7: first bytes of a character, how long it is, and the range of the second byte. */
const WELL_FORMED = [
  { from: 0xc2, to: 0xdf, length: 2, least: 0x80, most: 0xbf },
  { from: 0xe0, to: 0xe0, length: 3, least: 0xa0, most: 0xbf },
  { from: 0xe1, to: 0xec, length: 3, least: 0x80, most: 0xbf },
  { from: 0xed, to: 0xed, length: 3, least: 0x80, most: 0x9f },
  { from: 0xee, to: 0xef, length: 3, least: 0x80, most: 0xbf },
  { from: 0xf0, to: 0xf0, length: 4, least: 0x90, most: 0xbf },
  { from: 0xf1, to: 0xf3, length: 4, least: 0x80, most: 0xbf },
  { from: 0xf4, to: 0xf4, length: 4, least: 0x80, most: 0x8f },
] as const;

/** The row of each first byte; undefined for those that begin no character of several bytes. */
const ROWS = Array.from({ length: 256 }, (_, lead) => WELL_FORMED.find(({ from, to }) => lead >= from && lead <= to));

/** Bytes of the well-formed character that starts at `at`; 0 if none does. */
function characterLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] as number;
  if (lead < 0x80) return 1;
  const row = ROWS[lead];
  const second = bytes[at + 1] ?? 0;
  if (row === undefined || second < row.least || second > row.most) return 0;
  for (let i = at + 2; i < at + row.length; i += 1) if (Math.floor((bytes[i] ?? 0) / 64) !== 2) return 0;
  return row.length;
}
