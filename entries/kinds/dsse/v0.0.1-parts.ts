import { isObject, type JsonObject } from '../../../base/json-reader.ts';
import { isPlainBase64 } from '../../../base/go-base64.ts';
import { readBase64 } from '../../base64.ts';
import { InvalidEntry } from '../../failures.ts';
import { listIn, objectIn, readSpec, textIn } from '../../spec/members.ts';
import {
  atLeastOne,
  type Complaints,
  type NamedDigest,
  type ReadDigest,
  readDigest,
  refuseInvalid,
  required,
} from '../../spec/validation.ts';

/** The proposed form. */
export interface Proposed {
  readonly envelope: string;
  /** PEM. */
  readonly verifiers: readonly Uint8Array[];
}

/** The stored form. */
export interface Stored {
  readonly envelopeHash: NamedDigest;
  readonly payloadHash: NamedDigest;
  readonly signatures: readonly VerifiedSignature[];
}

export interface VerifiedSignature {
  /** Base64, as the envelope had it. */
  readonly signature: string;
  /** PEM. */
  readonly verifier: Uint8Array;
}

/** Members of a spec, of which only one form may be there. */
interface Members {
  readonly content: JsonObject | undefined;
  readonly envelope: string | undefined;
  readonly verifiers: readonly Uint8Array[] | undefined;
  readonly items: readonly Item[] | undefined;
  readonly envelopeHash: ReadDigest;
  readonly payloadHash: ReadDigest;
}

interface Item {
  readonly signature: string | undefined;
  readonly verifier: Uint8Array | undefined;
}

/** @throws InvalidEntry */
export function readParts(value: unknown): Proposed | Stored {
  const members = readMembers(readSpec(value));
  refuseInvalid(complaintsOf(members));
  return members.content === undefined ? readStored(members) : readProposed(members);
}

function readMembers(spec: JsonObject): Members {
  const content = objectIn(spec, 'proposedContent');
  return {
    content,
    envelope: textIn(content, 'envelope'),
    verifiers: listIn(content, 'verifiers')
      ?.filter((text): text is string => typeof text === 'string' && text !== '')
      .map((text) => readBase64(text, 'failed parsing base64 data for verifier: ')),
    items: listIn(spec, 'signatures')?.filter(isObject).map(readItem),
    envelopeHash: readDigest(spec, 'envelopeHash', 'envelopeHash', ['sha256']),
    payloadHash: readDigest(spec, 'payloadHash', 'payloadHash', ['sha256']),
  };
}

function readItem(item: JsonObject): Item {
  const verifier = textIn(item, 'verifier') ?? '';
  return {
    signature: textIn(item, 'signature'),
    verifier: verifier === '' ? undefined : readBase64(verifier, 'failed parsing base64 data for signature verifier: '),
  };
}

function complaintsOf({ content, envelope, verifiers, items, envelopeHash, payloadHash }: Members): Complaints {
  const ofContent = [
    ...required('proposedContent.envelope', envelope),
    ...atLeastOne('proposedContent.verifiers', verifiers),
  ];
  return [
    ...envelopeHash.complaints,
    ...payloadHash.complaints,
    ...(content === undefined ? [] : ofContent),
    ...(items === undefined ? [] : atLeastOne('signatures', items)),
    ...(items?.map(complaintsOfItem).find((complaints) => complaints.length > 0) ?? []),
  ];
}

function complaintsOfItem({ signature, verifier }: Item, index: number): Complaints {
  const path = `signatures.${index}`;
  return [...complaintsOfSignature(`${path}.signature`, signature), ...required(`${path}.verifier`, verifier)];
}

function complaintsOfSignature(path: string, signature: string | undefined): Complaints {
  if (signature === undefined) return required(path, signature);
  return signature !== '' && isPlainBase64(signature) ? [] : [`${path} in body should match '${BASE64_PATTERN}'`];
}

/** The pattern in Rekor's words; it is not run, because it needs a step back for every four characters. */
const BASE64_PATTERN = String.raw`^(?:[A-Za-z0-9+\/]{4})*(?:[A-Za-z0-9+\/]{2}==|[A-Za-z0-9+\/]{3}=|[A-Za-z0-9+\/]{4})$`;

function readStored({ items, envelopeHash, payloadHash }: Members): Stored {
  const signatures = (items ?? []).flatMap(({ signature, verifier }) =>
    signature === undefined || verifier === undefined ? [] : [{ signature, verifier }],
  );
  if (envelopeHash.digest === undefined || payloadHash.digest === undefined || signatures.length === 0)
    throw new InvalidEntry('either proposedContent or envelopeHash, payloadHash, and signatures must be present');
  return { envelopeHash: envelopeHash.digest, payloadHash: payloadHash.digest, signatures };
}

function readProposed({ envelope, verifiers, items, envelopeHash, payloadHash }: Members): Proposed {
  if (envelopeHash.digest !== undefined || payloadHash.digest !== undefined || items !== undefined)
    throw new InvalidEntry(
      'either proposedContent or envelopeHash, payloadHash, and signatures must be present but not both',
    );
  return { envelope: envelope ?? '', verifiers: verifiers ?? [] };
}
