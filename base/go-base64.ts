import { decodeBase64, parseSpacedBase64 } from './bytes.ts';

/*
 * Base64 (RFC 4648 §4) as Go's `StdEncoding` reads it: padding is required, line ends are skipped wherever they stand,
 * unused bits of the last character are ignored.
 */

/** Undefined for what Go refuses. */
export function parseGoBase64(text: string): Uint8Array | undefined {
  const strict = parseSpacedBase64(text);
  if (strict !== undefined && !OTHER_SPACE.test(text)) return strict;
  return parseSlowly(text);
}

/**
 * Base64 as protobuf-go reads it in a field of type `bytes`: a `-` or `_` anywhere makes it the alphabet for URLs (RFC 4648 §5), and
 * a length that is no multiple of 4 makes it base64 without padding. Line ends are skipped, yet count in that length.
 * Undefined for what protobuf-go refuses.
 */
export function parseProtoBase64(text: string): Uint8Array | undefined {
  const isUrlSafe = text.includes('-') || text.includes('_');
  if (isUrlSafe && /[+/]/.test(text)) return undefined;
  const standard = isUrlSafe ? text.replaceAll('-', '+').replaceAll('_', '/') : text;
  if (standard.length % 4 === 0) return parseGoBase64(standard);
  const oneLine = withoutLineEnds(standard);
  return oneLine.includes('=') ? undefined : parseGoBase64(oneLine.padEnd(4 * Math.ceil(oneLine.length / 4), '='));
}

function withoutLineEnds(text: string): string {
  return text.includes('\n') || text.includes('\r') ? text.replaceAll(/[\r\n]+/g, '') : text;
}

/** All of ASCII's white space but line ends. */
const OTHER_SPACE = /[\t\f ]/;

/** The part of `parseGoBase64` for texts that do not begin with base64 that the language reads. */
export function parseSlowly(text: string): Uint8Array | undefined {
  if (isPlainBase64(text)) return decodeBase64(text);
  const oneLine = withoutLineEnds(text);
  return isPlainBase64(oneLine) ? decodeBase64(oneLine) : undefined;
}

/** Whether `text` is padded base64 of the standard alphabet and nothing else, line ends included. */
export function isPlainBase64(text: string): boolean {
  if (text.length % 4 !== 0) return false;
  const foreign = text.search(FOREIGN_CHARACTER);
  return foreign < 0 || text.slice(foreign, foreign + 3) === '=' || text.slice(foreign, foreign + 3) === '==';
}

// Searching for a foreign character needs no backtracking; matching the whole text would, and overflows on megabytes.
const FOREIGN_CHARACTER = /[^A-Za-z0-9+/]/;
