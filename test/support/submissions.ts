import { createHash, createPublicKey, sign } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { hashedrekord, newSubmitter } from '../../testkit/proposals.ts';
import { isIncluded, readNote } from './witness-math.ts';

/** The two ways into the log. */
export type Api = 'v1' | 'v2';
export const APIS: readonly Api[] = ['v1', 'v2'];

const PATHS: Readonly<Record<Api, string>> = { v1: '/api/v1/log/entries', v2: '/api/v2/log/entries' };

export interface Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

export type PostJson = (path: string, body: unknown) => Promise<Response>;

/** The part of an answer that a writer keeps, whichever API it used. */
export interface Receipt {
  readonly index: number;
  readonly body: Buffer;
  /** From the leaf up, in hex. */
  readonly hashes: readonly string[];
  /** The note that the proof is for. */
  readonly note: string;
}

export interface Written extends Response {
  /** Undefined unless the answer is 201. */
  readonly receipt: Receipt | undefined;
}

/** To send again is to send the same: a second signature would make another entry. */
export interface Submission {
  readonly api: Api;
  readonly body: unknown;
}

const submitter = newSubmitter();

export function submissionFor(api: Api, artifact: string): Submission {
  if (api === 'v1') return { api, body: hashedrekord(artifact, submitter) };
  const rawBytes = createPublicKey(submitter.pem).export({ type: 'spki', format: 'der' }).toString('base64');
  const content = sign('sha256', Buffer.from(artifact), submitter.key).toString('base64');
  const verifier = { publicKey: { rawBytes }, keyDetails: 'PKIX_ECDSA_P256_SHA_256' };
  const digest = createHash('sha256').update(artifact).digest('base64');
  return { api, body: { hashedRekordRequestV002: { digest, signature: { content, verifier } } } };
}

export async function write(post: PostJson, { api, body }: Submission): Promise<Written> {
  const response = await post(PATHS[api], body);
  const receipt = response.status === 201 ? RECEIPTS[api](JSON.parse(response.text)) : undefined;
  return { ...response, receipt };
}

/** Sends again while the answer is 503. @throws for what else is not 201, and after a minute */
export async function writeInTheEnd(post: PostJson, submission: Submission): Promise<Receipt> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const { status, text, receipt } = await write(post, submission);
    if (receipt !== undefined) return receipt;
    if (status !== 503) throw new Error(`${submission.api}: ${status} ${text}`);
    await sleep(200);
  }
  throw new Error('the witnesses never cosigned');
}

const RECEIPTS: Readonly<Record<Api, (answer: unknown) => Receipt>> = {
  v1(answer) {
    const [entry] = Object.values(answer as Record<string, EntryV1>);
    if (entry === undefined) throw new Error('an answer without an entry');
    const { hashes, checkpoint, logIndex } = entry.verification.inclusionProof;
    return { index: logIndex, body: Buffer.from(entry.body, 'base64'), hashes, note: checkpoint };
  },
  v2(answer) {
    const { canonicalizedBody, inclusionProof } = answer as EntryV2;
    const { hashes, checkpoint, logIndex } = inclusionProof;
    return {
      index: Number(logIndex),
      body: Buffer.from(canonicalizedBody, 'base64'),
      hashes: hashes.map((hash) => Buffer.from(hash, 'base64').toString('hex')),
      note: checkpoint.envelope,
    };
  },
};

interface EntryV1 {
  readonly body: string;
  readonly verification: {
    readonly inclusionProof: {
      readonly hashes: readonly string[];
      readonly checkpoint: string;
      readonly logIndex: number;
    };
  };
}

interface EntryV2 {
  readonly canonicalizedBody: string;
  readonly inclusionProof: {
    readonly hashes: readonly string[];
    readonly checkpoint: { readonly envelope: string };
    readonly logIndex: string;
  };
}

/** Whether the proof in a receipt leads from its body to the root in its note. */
export function proves({ index, body, hashes, note }: Receipt): boolean {
  return isIncluded(body, BigInt(index), readNote(note), hashes);
}
