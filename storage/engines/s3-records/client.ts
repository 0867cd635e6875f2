import { hash } from 'node:crypto';
import { RecordLogRefused, RecordLogUnreachable } from '../../record-log.ts';
import type { S3Address } from './address.ts';
import type { CredentialSource } from './credentials.ts';
import { type Answered, ask } from './http.ts';
import { encoded, queryString, signV4 } from './sign-v4.ts';

/** Bytes of an answer that is no object. */
const LONGEST_WORDS = 256 * 1024;

interface Request {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  /** Below the prefix; undefined for the bucket itself. */
  readonly key: string | undefined;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly longest?: number;
}

/** An answer, and the code that S3 gives its errors: empty for none. */
export interface S3Answer extends Answered {
  readonly code: string;
}

/** Codes of credentials that were good until they ended: others are asked for once. */
const ENDING_CODES = new Set(['ExpiredToken', 'TokenRefreshRequired', 'RequestExpired', 'InvalidToken']);

/** Asks an object store: signs each request, and names what is no answer of such a store. */
export class S3Client {
  readonly address: S3Address;
  readonly #credentials: CredentialSource;

  constructor(address: S3Address, credentials: CredentialSource) {
    [this.address, this.#credentials] = [address, credentials];
  }

  /** @throws RecordLogRefused for what asking again will not mend, RecordLogUnreachable for what it may */
  async ask(request: Request): Promise<S3Answer> {
    for (let isAgain = false; ; isAgain = true) {
      const credentials = await this.#credentials.get();
      const answer = await this.#once(request, credentials);
      if (answer.status < 300) return answer;
      if (!ENDING_CODES.has(answer.code) || isAgain) return explained(answer, this.address);
      this.#credentials.forget(credentials);
    }
  }

  async #once(
    { method, key, query, headers = {}, body, longest = LONGEST_WORDS }: Request,
    credentials: Awaited<ReturnType<CredentialSource['get']>>,
  ): Promise<S3Answer> {
    const { protocol, host, path: folder, prefix, region } = this.address;
    const path = key === undefined ? folder : folder + `${prefix}${key}`.split('/').map(encoded).join('/');
    const payload = hash('sha256', body ?? '', 'hex');
    const all = { ...headers, host, 'x-amz-content-sha256': payload };
    const scope = { region, service: 's3', at: Date.now() };
    const signed = signV4({ method, path, query: query ?? {}, headers: all, payload }, credentials, scope);
    const asked = queryString(query);
    const url = new URL(`${protocol}//${host}${path}${asked === '' ? '' : `?${asked}`}`);
    const answer = await ask(url, { method, headers: signed, longest, ...(body && { body }) });
    return { ...answer, code: answer.status < 300 ? '' : codeOf(answer) };
  }
}

/** Passes on what an object store may answer about objects. @throws RecordLogRefused, RecordLogUnreachable */
function explained(answer: S3Answer, { bucket, host, region }: S3Address): S3Answer {
  const { status, code, headers } = answer;
  if (status >= 500 || status === 429 || code === 'RequestTimeout')
    throw new RecordLogUnreachable(`${host} answered ${status} ${code}`);
  if (status >= 300 && status < 400)
    throw new RecordLogRefused(
      `${host} sends elsewhere (${status} ${code}): the bucket ${bucket} is not in ${region}, or this is no address of an object store. ${regionAdvice(headers['x-amz-bucket-region'])}`,
    );
  if (code === '')
    throw new RecordLogRefused(
      `${host} answered ${status} without an error of S3: this is no address of an object store`,
    );
  const advice = ADVICE[code] ?? ([401, 403].includes(status) ? 'look at the credentials and their rights' : undefined);
  if (advice !== undefined) throw new RecordLogRefused(`${host} refuses the bucket ${bucket} (${code}): ${advice}`);
  return answer;
}

function regionAdvice(region: string | readonly string[] | undefined): string {
  return region === undefined ? 'Set AWS_REGION or AWS_ENDPOINT_URL_S3' : `Set AWS_REGION to ${String(region)}`;
}

const ADVICE: Readonly<Record<string, string>> = {
  NoSuchBucket: 'there is none of this name; make it, with versioning if the store has that',
  AccessDenied: 'these credentials may not do that; they need to get, put, list and delete objects below the prefix',
  AuthorizationHeaderMalformed: 'the region is another; set AWS_REGION to that of the bucket',
  ExpiredToken: 'the credentials have expired, and no newer ones are to be had',
  InvalidAccessKeyId: 'it does not know the access key',
  InvalidToken: 'it does not take the session token',
  RequestTimeTooSkewed:
    'the clocks of this machine and of the store are too far apart for signatures; set this one right',
  SignatureDoesNotMatch:
    'the signature is not what it expects; look at the secret key, and at proxies that change requests',
};

function codeOf({ headers, body }: Answered): string {
  const isXml = (headers['content-type'] ?? '').includes('xml') || body.subarray(0, 5).toString() === '<?xml';
  return isXml ? (/<Code>([\w.-]{1,64})<\/Code>/.exec(body.toString())?.[1] ?? '') : '';
}
