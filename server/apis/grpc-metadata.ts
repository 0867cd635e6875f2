import type { IncomingMessage } from 'node:http';
import { parseInt64 } from '../http/read.ts';

/* The part of a request's headers that a gRPC gateway reads before it looks at the body. */

/** Nanoseconds of each unit of a gRPC timeout. */
const UNITS: Readonly<Record<string, bigint>> = {
  H: 3_600_000_000_000n,
  M: 60_000_000_000n,
  S: 1_000_000_000n,
  m: 1_000_000n,
  u: 1000n,
  n: 1n,
};

/** The longest time that a timer can be set to, in milliseconds: some 24 days. */
const LONGEST_MS = 2 ** 31 - 1;

/** Why the gateway would refuse the headers; undefined if it would not. */
export function metadataFault(request: IncomingMessage): string | undefined {
  const timeout = timeoutText(request);
  if (timeout !== undefined && readTimeout(timeout) === undefined) return `invalid grpc-timeout: ${timeout}`;
  for (const name in request.headers) {
    if (!BINARY.test(name)) continue;
    if (request.headersDistinct[name]?.some((value) => !isBase64(value)) === true)
      return `invalid binary header ${canonical(name)}: illegal base64 data`;
  }
  return undefined;
}

/** `Grpc-Timeout`: aborted when it is over. Undefined without one; a timeout of 0 is none. */
export function deadlineOf(request: IncomingMessage): AbortSignal | undefined {
  const text = timeoutText(request);
  const nanoseconds = text === undefined ? undefined : readTimeout(text);
  if (nanoseconds === undefined || nanoseconds === 0n) return undefined;
  const ms = Number(nanoseconds) / 1e6;
  if (ms > LONGEST_MS) return undefined;
  return ms <= 0 ? AbortSignal.abort() : AbortSignal.timeout(Math.ceil(ms));
}

function timeoutText(request: IncomingMessage): string | undefined {
  const text = request.headers['grpc-timeout'];
  return text === undefined || text === '' ? undefined : request.headersDistinct['grpc-timeout']?.[0];
}

/** In nanoseconds, as Go multiplies them: in 64 bits. Undefined if it is none. */
function readTimeout(text: string): bigint | undefined {
  const unit = UNITS[text.slice(-1)];
  const count = parseInt64(text.slice(0, -1));
  return unit === undefined || count === undefined ? undefined : BigInt.asIntN(64, unit * count);
}

/** Headers that become binary metadata, as Node spells their names. */
const BINARY = /^grpc-metadata-(?:[\w.-]*-)?bin$/;

/** With padding if the length is a multiple of four, else without. */
function isBase64(text: string): boolean {
  if (text.length % 4 === 0) return /^[A-Za-z0-9+/]*={0,2}$/.test(text);
  return text.length % 4 !== 1 && /^[A-Za-z0-9+/]*$/.test(text);
}

const canonical = (name: string): string => name.replaceAll(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase());
