import { concatBytes, toHex } from '../../base/bytes.ts';
import { fails, HOLDS, type Verdict } from '../../base/verdict.ts';
import type { Certificate } from '../../entries/pki/certificate.ts';
import { contextTag, DerReader, TAG } from '../../entries/pki/der.ts';
import { derOf } from '../../entries/pki/der-writer.ts';
import type { DigestAlgorithm, PublicKey } from '../../entries/signatures/claim.ts';
import { messageSignatureHolds } from '../../entries/signatures/message-signature.ts';
import type { SignatureCrypto } from '../../entries/signatures/signature-crypto.ts';
import { isWithin, timeText } from '../period.ts';
import type { TrustedCtLog } from './authorities.ts';
import { ByteReader } from './byte-reader.ts';

/*
 * Signed certificate timestamps that a certificate has in it: promises of certificate transparency logs to hold it
 * (RFC 6962 §3.2 and §3.3).
 */

const TIMESTAMP_LIST = '1.3.6.1.4.1.11129.2.4.2';
/** Timestamps of one certificate that are looked at. */
const MOST_TIMESTAMPS = 16;

interface Timestamp {
  /** 64 hex digits. */
  readonly logId: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly extensions: Uint8Array;
  /** Codes of TLS 1.2: RFC 5246 §7.4.1.4.1. */
  readonly hash: number;
  readonly scheme: number;
  readonly signature: Uint8Array;
}

/**
 * Whether at least `threshold` of the logs have promised to hold a certificate. A timestamp of a log that is not trusted counts for
 * nothing; one of a log that is has to verify.
 *
 * @param issuer - the certificate whose key has signed `leaf`
 */
export function judgeCertificateTimestamps(
  leaf: Certificate,
  issuer: Certificate,
  logs: readonly TrustedCtLog[],
  threshold: number,
  crypto: SignatureCrypto,
): Verdict {
  if (threshold === 0) return HOLDS;
  const list = leaf.extensions.find(({ id }) => id === TIMESTAMP_LIST);
  if (list === undefined) return fails('the certificate has no signed certificate timestamp (SCT)');
  const timestamps = readTimestamps(list.value);
  if (timestamps === undefined)
    return fails('the signed certificate timestamps (SCT) of the certificate cannot be read');
  const signed = preCertificate(leaf, issuer, crypto);
  if (signed === undefined) return fails('the certificate cannot be read as its log has signed it');
  const holding = new Set<string>();
  for (const timestamp of timestamps) {
    const log = logs.find(({ id }) => id === timestamp.logId);
    if (log === undefined) continue;
    const verdict = judgeTimestamp(timestamp, log, signed, crypto);
    if (!verdict.holds) return verdict;
    holding.add(log.id);
  }
  return holding.size >= threshold ? HOLDS : tooFew(timestamps, holding.size, threshold);
}

function tooFew(timestamps: readonly Timestamp[], count: number, threshold: number): Verdict {
  const ids = timestamps.map(({ logId }) => logId.slice(0, 16)).join(', ');
  return fails(
    `signed certificate timestamps (SCT) of ${count} trusted logs are there, and ${threshold} are needed; those of the certificate are by ${ids}`,
  );
}

function readTimestamps(value: Uint8Array): readonly Timestamp[] | undefined {
  const octets = new DerReader(value).value(TAG.octetString);
  const whole = octets && new ByteReader(octets);
  const vector = whole?.vector(2);
  if (whole?.isEmpty !== true || vector === undefined) return undefined;
  const list = new ByteReader(vector);
  const timestamps: Timestamp[] = [];
  while (!list.isEmpty) {
    const bytes = list.vector(2);
    const timestamp = bytes && readTimestamp(new ByteReader(bytes));
    if (timestamp === undefined || timestamps.length === MOST_TIMESTAMPS) return undefined;
    timestamps.push(timestamp);
  }
  return timestamps;
}

function readTimestamp(reader: ByteReader): Timestamp | undefined {
  const version = reader.number(1);
  const logId = reader.take(32);
  const high = reader.number(2);
  const low = reader.number(6);
  const extensions = reader.vector(2);
  const [hash, scheme] = [reader.number(1), reader.number(1)];
  const signature = reader.vector(2);
  if (version !== 0 || high !== 0 || !reader.isEmpty) return undefined; // other versions, and years after 10,000
  if (logId === undefined || low === undefined || extensions === undefined) return undefined;
  if (hash === undefined || scheme === undefined || signature === undefined) return undefined;
  return { logId: toHex(logId), time: low, extensions, hash, scheme, signature };
}

interface PreCertificate {
  readonly issuerKeyHash: Uint8Array;
  readonly toBeSigned: Uint8Array;
}

/** As the log has seen it: without the timestamps themselves. */
function preCertificate(leaf: Certificate, issuer: Certificate, crypto: SignatureCrypto): PreCertificate | undefined {
  const toBeSigned = withoutTimestamps(leaf.toBeSigned);
  const issuerKeyHash = crypto.digestOf('sha256', issuer.subjectPublicKeyInfo);
  return toBeSigned && { issuerKeyHash, toBeSigned };
}

const EXTENSIONS = contextTag(3, 'constructed');

function withoutTimestamps(toBeSigned: Uint8Array): Uint8Array | undefined {
  const body = new DerReader(toBeSigned).enter(TAG.sequence);
  const members: Uint8Array[] = [];
  while (body !== undefined && !body.isEmpty) {
    const tag = body.bytes[0] ?? 0;
    const member = body.element(tag)?.bytes;
    const kept = member === undefined || tag !== EXTENSIONS ? member : keptExtensions(member);
    if (kept === undefined) return undefined;
    members.push(kept);
  }
  return derOf(TAG.sequence, ...members);
}

function keptExtensions(member: Uint8Array): Uint8Array | undefined {
  const list = new DerReader(member).enter(EXTENSIONS)?.enter(TAG.sequence);
  const kept: Uint8Array[] = [];
  while (list !== undefined && !list.isEmpty) {
    const extension = list.element(TAG.sequence)?.bytes;
    if (extension === undefined) return undefined;
    const id = new DerReader(extension).enter(TAG.sequence)?.objectIdentifier();
    if (id !== TIMESTAMP_LIST) kept.push(extension);
  }
  return list && derOf(EXTENSIONS, derOf(TAG.sequence, ...kept));
}

function judgeTimestamp(
  timestamp: Timestamp,
  { key, validFor, id }: TrustedCtLog,
  { issuerKeyHash, toBeSigned }: PreCertificate,
  crypto: SignatureCrypto,
): Verdict {
  const { time, extensions, signature } = timestamp;
  const name = `the signed certificate timestamp (SCT) of the log ${id.slice(0, 16)}`;
  if (!isWithin(time, validFor)) return fails(`${name} is of ${timeText(time)}, when the log is not trusted`);
  const signed = concatBytes(
    Uint8Array.of(0, 0),
    unsigned(time, 8),
    Uint8Array.of(0, 1),
    issuerKeyHash,
    unsigned(toBeSigned.length, 3),
    toBeSigned,
    unsigned(extensions.length, 2),
    extensions,
  );
  const digest = digestIn(timestamp, key);
  const holds = digest !== undefined && messageSignatureHolds(key, digest, signed, signature, crypto);
  return holds ? HOLDS : fails(`${name} does not verify`);
}

/** RFC 6962 §2.1.4: SHA-256, and beside it Ed25519, whose digest is its own. */
function digestIn({ hash, scheme }: Timestamp, { type }: PublicKey): DigestAlgorithm | undefined {
  const isNamed = hash === SCHEMES[type].hash && scheme === SCHEMES[type].scheme;
  return isNamed ? 'sha256' : undefined;
}

const SCHEMES = {
  ecdsa: { hash: 4, scheme: 3 },
  rsa: { hash: 4, scheme: 1 },
  ed25519: { hash: 8, scheme: 7 },
} as const;

/** Big-endian. */
function unsigned(value: number, width: number): Uint8Array {
  const bytes = new Uint8Array(width);
  for (let i = width - 1, rest = value; i >= 0; i -= 1, rest = Math.floor(rest / 256)) bytes[i] = rest % 256;
  return bytes;
}
