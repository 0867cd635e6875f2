import { toBase64 } from '../../../base/bytes.ts';
import { type Json } from '../../../base/canonical-json.ts';
import { isObject, type JsonObject } from '../../../base/json-reader.ts';
import { decodeUtf8 } from '../../../base/utf8-mending.ts';
import { readBase64 } from '../../base64.ts';
import { type Envelope } from '../../envelope/envelope.ts';
import { InvalidEntry } from '../../failures.ts';
import { listIn, objectIn, readSpec, textIn } from '../../spec/members.ts';
import {
  atLeastOne,
  type Complaints,
  type NamedDigest,
  readDigest,
  refuseInvalid,
  required,
} from '../../spec/validation.ts';

/** A spec with its outer base64 taken off. */
export interface Parts {
  /** The base64 text of the payload; empty in stored entries. */
  readonly payload: Uint8Array;
  readonly payloadType: string;
  readonly signatures: readonly KeyedSignature[];
  /** Hash of the envelope as the client names it, unchecked. */
  readonly hash: NamedDigest | undefined;
  readonly payloadHash: NamedDigest | undefined;
}

export interface KeyedSignature {
  readonly keyid: string;
  /** The base64 text of the signature. */
  readonly sig: Uint8Array;
  /** PEM, as it was sent. */
  readonly publicKey: Uint8Array;
}

/** @throws InvalidEntry */
export function readParts(value: unknown): Parts {
  const content = objectIn(readSpec(value), 'content');
  const envelope = objectIn(content, 'envelope');
  const payload = readBase64(textIn(envelope, 'payload') ?? '', 'failed parsing base64 data for payload: ');
  const payloadType = textIn(envelope, 'payloadType');
  const items = listIn(envelope, 'signatures')?.filter(isObject).map(readItem);
  const hash = readDigest(content, 'hash', 'content.hash', ['sha256']);
  const payloadHash = readDigest(content, 'payloadHash', 'content.payloadHash', ['sha256']);
  refuseInvalid([
    ...required('content.envelope.payloadType', payloadType),
    ...atLeastOne('content.envelope.signatures', items),
    ...(items?.map(complaintsOf).find((complaints) => complaints.length > 0) ?? []),
    ...hash.complaints,
    ...payloadHash.complaints,
  ]);
  const signatures = (items ?? []).map(complete);
  return { payload, payloadType: payloadType ?? '', signatures, hash: hash.digest, payloadHash: payloadHash.digest };
}

interface Item {
  readonly keyid: string;
  readonly sig: Uint8Array | undefined;
  readonly publicKey: Uint8Array | undefined;
}

function readItem(item: JsonObject): Item {
  return {
    keyid: textIn(item, 'keyid') ?? '',
    sig: readOptional(textIn(item, 'sig'), 'failed parsing base64 data for signature: '),
    publicKey: readOptional(textIn(item, 'publicKey'), 'failed parsing base64 data for public key: '),
  };
}

function readOptional(text: string | undefined, complaint: string): Uint8Array | undefined {
  return text === undefined ? undefined : readBase64(text, complaint);
}

function complaintsOf({ sig, publicKey }: Item, index: number): Complaints {
  const path = `content.envelope.signatures.${index}`;
  return [...required(`${path}.publicKey`, publicKey), ...required(`${path}.sig`, sig)];
}

function complete({ keyid, sig, publicKey }: Item): KeyedSignature {
  if (sig === undefined || publicKey === undefined) throw new InvalidEntry('missing signature content');
  return { keyid, sig, publicKey };
}

/** The envelope that was taken apart, for its signatures to be checked. */
export function envelopeOf({ payload, payloadType, signatures }: Parts): Envelope {
  return {
    payload: decodeUtf8(payload),
    payloadType,
    signatures: signatures.map(({ keyid, sig }) => ({ keyid, sig: decodeUtf8(sig) })),
  };
}

/** A signature as the leaf holds it: an empty key id is left out. */
export function storedSignature({ keyid, sig, publicKey }: KeyedSignature): { readonly [name: string]: Json } {
  const stored = { sig: toBase64(sig), publicKey: toBase64(publicKey) };
  return keyid === '' ? stored : { ...stored, keyid };
}
