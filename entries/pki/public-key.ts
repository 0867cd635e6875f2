import { concatBytes } from '../../base/bytes.ts';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { type Curve, type PublicKey } from '../signatures/claim.ts';
import { CURVES, isOnCurve } from '../signatures/curves.ts';
import { toInteger } from '../signatures/integers.ts';
import { DerReader, TAG } from './der.ts';
import { limitedDer } from './der-limit.ts';
import { derOf, integerOf } from './der-writer.ts';
import { InvalidKey, must } from './failures.ts';

const RSA = '1.2.840.113549.1.1.1';
const EC = '1.2.840.10045.2.1';
const ED25519 = '1.3.101.112';
/** Go reads keys of these, and then has no use for them: DSA and X25519. */
const UNUSED_ALGORITHMS = ['1.2.840.10040.4.1', '1.3.101.110'];

const CURVE_OF: Readonly<Record<string, Curve>> = {
  '1.3.132.0.33': 'P-224',
  '1.2.840.10045.3.1.7': 'P-256',
  '1.3.132.0.34': 'P-384',
  '1.3.132.0.35': 'P-521',
};

/** A SubjectPublicKeyInfo. `unused`: it is in order as far as anyone looked, but no signature is checked with such keys. */
export type SubjectPublicKey = PublicKey | 'unused' | 'unknown';

/** The key in a SubjectPublicKeyInfo in DER, with nothing behind it. @throws InvalidKey with Rekor's text */
export function readPublicKey(der: Uint8Array): PublicKey {
  const reader = new DerReader(limitedDer(der));
  const contents = must(reader.enter(TAG.sequence), 'x509: malformed spki');
  if (contents.startsWith(TAG.integer))
    throw new InvalidKey('x509: failed to parse public key (use ParsePKCS1PublicKey instead for this key format)');
  if (!reader.isEmpty) throw new InvalidKey('x509: trailing data after ASN.1 of public-key');
  const key = readSubjectPublicKey(contents);
  if (key === 'unknown') throw new InvalidKey('x509: unknown public key algorithm');
  if (key === 'unused') throw new InvalidKey('unsupported public key type');
  return key;
}

/**
 * The contents of a SubjectPublicKeyInfo (RFC 5280 §4.1). Further elements at its end are ignored, as Go does.
 *
 * @throws InvalidKey
 */
export function readSubjectPublicKey(contents: DerReader): SubjectPublicKey {
  const algorithm = must(contents.enter(TAG.sequence), 'x509: malformed public key algorithm identifier');
  const name = must(algorithm.objectIdentifier(), 'x509: malformed OID');
  const parameters = algorithm.bytes;
  const key = must(contents.bitString(), 'x509: malformed subjectPublicKey');
  if (name === EC) return readEcdsa(parameters, key);
  if (name === RSA) return readRsa(parameters, key);
  if (name === ED25519) return readEd25519(parameters, key);
  return UNUSED_ALGORITHMS.includes(name) ? 'unused' : 'unknown';
}

/** RFC 5480 §2.1: a named curve, and here an uncompressed point. */
function readEcdsa(parameters: Uint8Array, point: Uint8Array): PublicKey {
  const named = must(new DerReader(parameters).objectIdentifier(), 'x509: invalid ECDSA parameters');
  const curve = must(CURVE_OF[named], 'x509: unsupported elliptic curve');
  const { length, spkiPrefix } = CURVES[curve];
  if (point.length !== 1 + 2 * length || point[0] !== 4) throw offCurve();
  const x = toInteger(point.subarray(1, 1 + length));
  const y = toInteger(point.subarray(1 + length));
  if (!isOnCurve(CURVES[curve], x, y)) throw offCurve();
  return { type: 'ecdsa', curve, point, spki: concatBytes(spkiPrefix, point) };
}

function offCurve(): InvalidKey {
  return new InvalidKey('x509: failed to unmarshal elliptic curve point');
}

const NULL = '0500';
const RSA_ALGORITHM = hexToBytes('300d06092a864886f70d0101010500');

/** RFC 3279 §2.3.1. Whether the modulus is long enough is for those to say who check a signature with it. */
function readRsa(parameters: Uint8Array, key: Uint8Array): PublicKey {
  if (bytesToHex(parameters.subarray(0, 2)) !== NULL) throw new InvalidKey('x509: RSA key missing NULL parameters');
  const contents = must(new DerReader(key).enter(TAG.sequence), 'x509: invalid RSA public key');
  const modulus = must(contents.integer(), 'x509: invalid RSA modulus');
  const exponent = must(contents.integer(), 'x509: invalid RSA public exponent');
  if (exponent.length > 8) throw new InvalidKey('x509: invalid RSA public exponent');
  if (!isPositive(modulus)) throw new InvalidKey('x509: RSA modulus is not a positive number');
  if (!isPositive(exponent)) throw new InvalidKey('x509: RSA public exponent is not a positive number');
  const encoded = derOf(TAG.sequence, integerOf(modulus), integerOf(exponent));
  const spki = derOf(TAG.sequence, RSA_ALGORITHM, derOf(TAG.bitString, Uint8Array.of(0), encoded));
  return { type: 'rsa', modulus: magnitude(modulus), exponent: magnitude(exponent), spki };
}

function isPositive(integer: Uint8Array): boolean {
  const first = integer[0] as number;
  return first < 0x80 && !(integer.length === 1 && first === 0);
}

/** Without the octet that only says that it is not negative. */
function magnitude(integer: Uint8Array): Uint8Array {
  return integer[0] === 0 ? integer.subarray(1) : integer;
}

const ED25519_PREFIX = hexToBytes('302a300506032b6570032100');

/** RFC 8410 §3. Whether the octets are a point is for those to say who check a signature with it. */
function readEd25519(parameters: Uint8Array, raw: Uint8Array): PublicKey {
  if (parameters.length > 0) throw new InvalidKey('x509: Ed25519 key encoded with illegal parameters');
  if (raw.length !== 32) throw new InvalidKey('x509: wrong Ed25519 public key size');
  return { type: 'ed25519', raw, spki: concatBytes(ED25519_PREFIX, raw) };
}
