import { isIP, isIPv4, isIPv6 } from 'node:net';
import { parseList, type ValueType } from './values.ts';

/** Where a server listens. */
export interface ListenAddress {
  /** Undefined for every address of the machine. */
  readonly host: string | undefined;
  /** 0 for any free port. */
  readonly port: number;
}

/** `HOST:PORT`; an IPv6 address stands in brackets (RFC 3986 §3.2.2). */
export const listenAddress: ValueType<ListenAddress> = {
  placeholder: 'HOST:PORT',
  expects: 'HOST:PORT, [IPv6]:PORT or :PORT, with a port from 0 to 65535',
  parse: parseListen,
};

function parseListen(text: string): ListenAddress | undefined {
  const parts = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text);
  const port = Number(parts?.[3]);
  if (parts === null || port > 65_535) return undefined;
  const [, bracketed, plain = ''] = parts;
  if (bracketed !== undefined) return isIPv6(bracketed) ? { host: bracketed, port } : undefined;
  if (plain === '') return { host: undefined, port };
  return isIPv4(plain) || isHostName(plain) ? { host: plain, port } : undefined;
}

/**
 * The name of the log in checkpoints. No note may have a space or a plus sign in it (C2SP signed-note), and clients
 * compare letter by letter: hence lower case.
 */
export const originName: ValueType<string> = {
  placeholder: 'NAME',
  expects: 'a host name in lower case, without scheme, port or path, such as log.example.org',
  parse: (text) => (text === text.toLowerCase() && isHostName(text) ? text : undefined),
};

/** The name of a key in a note: c2sp.org/signed-note. */
export const keyName: ValueType<string> = {
  placeholder: 'NAME',
  expects: 'a name without spaces and plus signs, such as log.example.org/witness',
  parse: (text) => (/^[\x21-\x2a\x2c-\x7e]{1,253}$/.test(text) ? text : undefined),
};

/**
 * The origin of a log that begins without one. It says by itself that the log is for trying, and clients that take the
 * host of the log's address for its origin (sigstore-js, cosign) verify it on the machine where it runs.
 */
export const DEFAULT_ORIGIN = 'localhost';

/** Without a slash at the end: paths are put behind it. */
export const webAddress: ValueType<string> = {
  placeholder: 'URL',
  expects: 'an http or https URL without query, such as https://log.example.org',
  parse: (text) => {
    const url = URL.parse(text);
    const fits = url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '';
    return fits ? text.replace(/\/+$/, '') : undefined;
  },
};

const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i;

/** RFC 1123 §2.1, with the underscores that container networks use; what ends in a number would be an address. */
function isHostName(text: string): boolean {
  const labels = text.split('.');
  return text.length <= 253 && labels.every((label) => LABEL.test(label)) && !/^\d+$/.test(labels.at(-1) ?? '');
}

/** Proxies whose word about the client's address is believed. */
export const proxies: ValueType<readonly string[]> = {
  placeholder: 'LIST',
  expects: 'none, or with commas between them IP addresses, CIDR blocks such as 10.0.0.0/8, and loopback',
  parse: (text) => parseList(text, (item) => (isProxy(item) ? item : undefined)),
};

function isProxy(text: string): boolean {
  if (text === 'loopback') return true;
  const [address = '', bits, ...rest] = text.split('/');
  const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  if (longest < 0 || address.includes('%') || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest);
}

/** RFC 9110 §5.6.2, in the lower case that Node gives header names. */
export const headerName: ValueType<string> = {
  placeholder: 'NAME',
  expects: 'a header name',
  parse: (text) => (/^[\w!#$%&'*+.^`|~-]{1,100}$/.test(text) ? text.toLowerCase() : undefined),
};
