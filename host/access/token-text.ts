import { hash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/*
 * The text of a token: a prefix by which scanners for leaked secrets tell it, 256 random bits, and a checksum by which a
 * token that was cut or mistyped is told from one that is not known. Digits and letters alone: it can stand in a URL.
 */

const PREFIX = 'stele_';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BYTES = 32;
/** Digits of base 62 that 256 bits need, and 32. */
const BODY_DIGITS = 43;
const SUM_DIGITS = 6;
/** Characters of every token. */
export const TOKEN_CHARACTERS = PREFIX.length + BODY_DIGITS + SUM_DIGITS;
const SHAPE = new RegExp(`^${PREFIX}[0-9A-Za-z]{${BODY_DIGITS + SUM_DIGITS}}$`);

/** Returns a new token. */
export function newToken(): string {
  const body = PREFIX + base62(BigInt(`0x${randomBytes(BYTES).toString('hex')}`), BODY_DIGITS);
  return body + sumOf(body);
}

/** Whether a text can be a token: it has the prefix, the length and the right checksum. */
export function isToken(text: string): boolean {
  return SHAPE.test(text) && text.endsWith(sumOf(text.slice(0, -SUM_DIGITS)));
}

/** The SHA-256 of a token, in hex: all that is kept of it. */
export function tokenHash(token: string): string {
  return hash('sha256', token, 'hex');
}

function sumOf(body: string): string {
  return base62(BigInt(crc32(body)), SUM_DIGITS);
}

function base62(value: bigint, digits: number): string {
  let text = '';
  for (let rest = value; text.length < digits; rest /= 62n) text = ALPHABET.charAt(Number(rest % 62n)) + text;
  return text;
}
