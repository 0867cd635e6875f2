import type { IncomingMessage } from 'node:http';
import { CERTIFICATE_HEADERS, type CertificateHeader } from '../../host/access/certificate-headers.ts';
import { Unauthenticated } from './failures.ts';

/** Certificates that somebody shows, in DER: its own, and others by which a chain may lead to an authority. */
export interface ShownCertificates {
  readonly leaf: Uint8Array;
  readonly intermediates: readonly Uint8Array[];
}

/** Certificates beside the leaf that are looked at. */
export const MAX_INTERMEDIATES = 8;

/** RFC 9440 §2.3. */
const CHAIN_HEADER = 'client-cert-chain';

type Headers = IncomingMessage['headers'];

/** Reads the certificate that a proxy passes on; undefined where its client showed none. @throws Unauthenticated for what is none */
export function readForwarded(headers: Headers, header: CertificateHeader): ShownCertificates | undefined {
  const text = headers[header];
  if (text === undefined || text === '') return undefined;
  const certificates = typeof text === 'string' ? READERS[header](text, headers[CHAIN_HEADER]) : [];
  const [leaf, ...intermediates] = certificates;
  if (leaf !== undefined && intermediates.length <= MAX_INTERMEDIATES) return { leaf, intermediates };
  throw new Unauthenticated(`the proxy passes on no certificate that can be read: ${header}`);
}

/** Reads each header, the leaf first; nothing where it cannot be read, or names the clients of two connections. */
const READERS: Readonly<Record<CertificateHeader, (text: string, chain: Headers[string]) => readonly Uint8Array[]>> = {
  'x-forwarded-client-cert': readEnvoy,
  'client-cert': (text, chain) => {
    const leaf = byteSequence(text);
    if (leaf === undefined) return [];
    return typeof chain === 'string' ? [leaf, ...chain.split(',').flatMap((one) => byteSequence(one) ?? [])] : [leaf];
  },
  'x-ssl-client-cert': readEscapedPem,
};

/** A Byte Sequence: RFC 8941 §3.3.5. */
function byteSequence(text: string): Uint8Array | undefined {
  const base64 = /^ *:([A-Za-z0-9+/=]+): *$/.exec(text)?.[1];
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64');
}

const PART = /((?:[^,;"]|"(?:[^"\\]|\\.)*")+)([,;]?)/y;

/** Pairs of name and value, quoted where need be. A comma begins the next connection on the way, whose client is another. */
function readEnvoy(text: string): readonly Uint8Array[] {
  const pairs = new Map<string, string>();
  PART.lastIndex = 0;
  for (let end = 0; end < text.length; end = PART.lastIndex) {
    const [, pair = '', mark = ''] = PART.exec(text) ?? [];
    const equals = pair.indexOf('=');
    if (equals < 0 || mark === ',') return [];
    pairs.set(pair.slice(0, equals).trim().toLowerCase(), pair.slice(equals + 1).replace(/^"(.*)"$/, '$1'));
  }
  return readEscapedPem(pairs.get('chain') ?? pairs.get('cert') ?? '');
}

const BLOCK = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----\s*/g;

/** PEM with its line ends escaped as in a URL. */
function readEscapedPem(text: string): readonly Uint8Array[] {
  const pem = unescaped(text);
  const blocks = [...pem.matchAll(BLOCK)];
  if (pem.replaceAll(BLOCK, '').trim() !== '') return [];
  return blocks.map(([, base64 = '']) => Buffer.from(base64, 'base64'));
}

function unescaped(text: string): string {
  if (!/^[\w%.~*+=/()'!-]+$/.test(text)) return '-';
  try {
    return decodeURIComponent(text);
  } catch {
    return '-';
  }
}

/** Takes these headers out of a request, from whomever they come: nothing behind the gate goes by them. */
export function dropForwarded(request: Pick<IncomingMessage, 'headers' | 'rawHeaders'>): void {
  const { headers, rawHeaders } = request;
  const sent = NAMES.filter((name) => headers[name] !== undefined);
  if (sent.length === 0) return;
  for (const name of sent) headers[name] = undefined;
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (sent.some((name) => name === rawHeaders[i]?.toLowerCase())) rawHeaders[i + 1] = '';
}

const NAMES: readonly string[] = [...CERTIFICATE_HEADERS, CHAIN_HEADER];
