import { RecordLogRefused } from '../../record-log.ts';
import { type Environment, variable } from './environment.ts';
import { encoded } from './sign-v4.ts';

/** Where the objects of a list are. */
export interface S3Address {
  readonly protocol: 'http:' | 'https:';
  /** With its port, if that is not the standard one. */
  readonly host: string;
  /** Percent-encoded, with slashes at both ends: the bucket stands in it where it is not in the host. */
  readonly path: string;
  readonly region: string;
  readonly bucket: string;
  /** Of all keys, before they are encoded; empty or with a slash at its end. */
  readonly prefix: string;
}

/**
 * Reads `s3://bucket/prefix`, and endpoint and region as AWS's tools do. An endpoint that is named is asked with the bucket in the
 * path, as all stores but AWS's own take it.
 *
 * @param region - of the profile in the shared files
 * @throws RecordLogRefused
 */
export function s3Address(url: URL, env: Environment, region: string | undefined): S3Address {
  const bucket = bucketOf(url);
  const prefix = decodeURIComponent(url.pathname).replaceAll(/^\/+|\/+$/g, '');
  const keys = { bucket, prefix: prefix === '' ? '' : `${prefix}/` };
  const endpoint = variable(env, 'AWS_ENDPOINT_URL_S3') ?? variable(env, 'AWS_ENDPOINT_URL');
  const named = variable(env, 'AWS_REGION') ?? variable(env, 'AWS_DEFAULT_REGION') ?? region;
  if (endpoint !== undefined) return { ...ofEndpoint(endpoint, bucket), region: named ?? 'us-east-1', ...keys };
  if (named === undefined)
    throw new RecordLogRefused(
      'no region is known: set AWS_REGION, or AWS_ENDPOINT_URL_S3 for a store that is not of AWS',
    );
  return { ...ofAws(bucket, named), region: named, ...keys };
}

function bucketOf({ protocol, host, hostname, pathname, search, hash, username }: URL): string {
  if (hostname !== '' && `${search}${hash}${username}` === '') return hostname;
  throw new RecordLogRefused(`${protocol}//${host}${pathname} is not s3://BUCKET/PREFIX`);
}

/** The certificate of `*.s3.REGION.amazonaws.com` covers no second dot. */
function ofAws(bucket: string, region: string): Pick<S3Address, 'protocol' | 'host' | 'path'> {
  const host = `s3.${region}.amazonaws.com`;
  if (bucket.includes('.')) return { protocol: 'https:', host, path: `/${encoded(bucket)}/` };
  return { protocol: 'https:', host: `${bucket}.${host}`, path: '/' };
}

function ofEndpoint(endpoint: string, bucket: string): Pick<S3Address, 'protocol' | 'host' | 'path'> {
  const url = URL.parse(endpoint);
  const { protocol, host = '', pathname = '' } = url ?? {};
  if ((protocol !== 'http:' && protocol !== 'https:') || url?.search !== '')
    throw new RecordLogRefused(`the endpoint ${endpoint} (AWS_ENDPOINT_URL) is no http or https URL`);
  return { protocol, host, path: `${pathname.replaceAll(/\/+$/g, '')}/${encoded(bucket)}/` };
}
