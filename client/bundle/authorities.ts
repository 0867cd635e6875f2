import { toHex } from '../../base/bytes.ts';
import type { Certificate } from '../../entries/pki/certificate.ts';
import { readCertificate } from '../../entries/pki/certificate.ts';
import { limitedDer } from '../../entries/pki/der-limit.ts';
import { readPublicKey } from '../../entries/pki/public-key.ts';
import type { PublicKey } from '../../entries/signatures/claim.ts';
import { AnswerReader, base64 } from '../answer-reader.ts';
import { type Period, readPeriod } from '../period.ts';

/** Those of a `trusted_root.json` that vouch for signers and times: clients §2.2. */
export interface TrustedAuthorities {
  readonly certificateAuthorities: readonly TrustedAuthority[];
  readonly timestampAuthorities: readonly TrustedAuthority[];
  readonly ctLogs: readonly TrustedCtLog[];
}

/** A Fulcio, or a timestamp authority. */
export interface TrustedAuthority {
  /** Member of the trusted root, for messages. */
  readonly name: string;
  /** The issuing one first, the root last; of a timestamp authority its own may stand before them. */
  readonly certificates: readonly Certificate[];
  readonly validFor: Period;
}

/** A certificate transparency log. */
export interface TrustedCtLog {
  readonly key: PublicKey;
  /** SHA-256 of the key, 64 hex digits. */
  readonly id: string;
  readonly validFor: Period;
}

/** Authorities, and logs, of one trusted root at most; certificates in a chain of one. */
const MOST_AUTHORITIES = 64;
const MOST_CERTIFICATES = 10;

/**
 * Returns the authorities of a trusted root.
 *
 * @param value - parsed JSON
 * @throws MalformedAnswer, InvalidKey
 */
export function trustedAuthorities(value: unknown): TrustedAuthorities {
  const root = new AnswerReader(value);
  const listed = (name: string): readonly AnswerReader[] =>
    root.has(name) ? root.objects(name, MOST_AUTHORITIES) : [];
  return {
    certificateAuthorities: listed('certificateAuthorities').map((one, i) =>
      readAuthority(one, `certificateAuthorities.${i}`),
    ),
    timestampAuthorities: listed('timestampAuthorities').map((one, i) =>
      readAuthority(one, `timestampAuthorities.${i}`),
    ),
    ctLogs: listed('ctlogs').map(readCtLog),
  };
}

function readAuthority(authority: AnswerReader, name: string): TrustedAuthority {
  const chain = authority.object('certChain').objects('certificates', MOST_CERTIFICATES);
  return {
    name,
    certificates: chain.map((one) => readCertificate(limitedDer(one.bytes('rawBytes', base64)), 'go1.25')),
    validFor: readPeriod(authority),
  };
}

function readCtLog(log: AnswerReader): TrustedCtLog {
  const key = log.object('publicKey');
  const id = log.object('logId').bytes('keyId', base64);
  return { key: readPublicKey(key.bytes('rawBytes', base64)), id: toHex(id), validFor: readPeriod(key) };
}
