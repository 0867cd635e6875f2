import type { ApiName, OperationId } from '../operations/operation.ts';

/** The APIs and kinds that the log offers. */
export interface Offer {
  readonly apis: readonly ApiName[];
  /** Whether an operation does what it is there for. */
  readonly has: (operation: OperationId) => boolean;
  /** Kinds of entries that are taken, with their versions. */
  readonly kinds: readonly string[];
  readonly algorithms: readonly string[];
}

const ALGORITHM = 'ecdsa-sha2-256-nistp256';

/**
 * Commands for a POSIX shell with openssl and curl that log an entry; undefined where the log would take none of theirs.
 *
 * @param base - where the reader finds the server, without a final slash
 */
export function firstEntry(base: string, offer: Offer): string | undefined {
  const { kinds, algorithms } = offer;
  if (!algorithms.includes(ALGORITHM)) return undefined;
  if (offer.has('createLogEntry') && kinds.includes('hashedrekord:0.0.1')) return KEY + submissionV1(base);
  if (offer.has('createEntry') && kinds.includes('hashedrekord:0.0.2')) return KEY + submissionV2(base);
  return undefined;
}

const KEY = `echo hello > artifact
openssl ecparam -name prime256v1 -genkey -noout -out key.pem
openssl ec -in key.pem -pubout -out key.pub
openssl dgst -sha256 -sign key.pem -out artifact.sig artifact

`;

const submissionV1 = (base: string): string =>
  `curl -H 'Content-Type: application/json' ${base}/api/v1/log/entries -d @- <<EOF
{ "apiVersion": "0.0.1", "kind": "hashedrekord", "spec": {
  "data": { "hash": { "algorithm": "sha256",
    "value": "$(openssl dgst -sha256 -r artifact | cut -d' ' -f1)" } },
  "signature": {
    "content": "$(openssl base64 -A -in artifact.sig)",
    "publicKey": { "content": "$(openssl base64 -A -in key.pub)" } } } }
EOF`;

const submissionV2 = (base: string): string =>
  `curl -H 'Content-Type: application/json' ${base}/api/v2/log/entries -d @- <<EOF
{ "hashedRekordRequestV002": {
  "digest": "$(openssl dgst -sha256 -binary artifact | openssl base64 -A)",
  "signature": {
    "content": "$(openssl base64 -A -in artifact.sig)",
    "verifier": { "keyDetails": "PKIX_ECDSA_P256_SHA_256", "publicKey": {
      "rawBytes": "$(openssl ec -in key.pem -pubout -outform DER | openssl base64 -A)" } } } } }
EOF`;
