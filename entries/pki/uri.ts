import { InvalidKey } from './failures.ts';
import type { GoRelease } from './go-release.ts';

/*
 * URIs as Go's net/url reads and writes them, because the index spells identities so: schemes in lower case, characters
 * that have no place in a path escaped. Input is ASCII.
 */

/** URIs that are written as they are read, by all that follows. Most identities are. */
const PLAIN_URI = /^[a-z]+:\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)*(?:\/[A-Za-z0-9\-_.~$&+,/:;=@!'()*]*)?$/;

/** @throws InvalidKey for what Go refuses in a certificate */
export function uriText(uri: string, release: GoRelease): string {
  return PLAIN_URI.test(uri) ? uri : rewritten(uri, release);
}

/** Does the work of `uriText` for URIs that are not plain. @throws InvalidKey */
export function rewritten(uri: string, release: GoRelease): string {
  const hash = uri.indexOf('#');
  const [body, fragment] = hash < 0 ? [uri, ''] : [uri.slice(0, hash), uri.slice(hash + 1)];
  if (/[\0-\x1f\x7f]/.test(body)) throw unreadable(uri, 'net/url: invalid control character in URL');
  const { scheme, rest } = cutScheme(uri, body);
  const question = rest.indexOf('?');
  const [hierarchy, query] = question < 0 ? [rest, ''] : [rest.slice(0, question), rest.slice(question)];
  const start = scheme === '' ? '' : `${scheme.toLowerCase()}:`;
  const end = `${query}${fragment === '' ? '' : `#${escapeAgain(uri, fragment, 'fragment')}`}`;
  return start + hierarchyText({ uri, scheme, release }, hierarchy) + end;
}

function unreadable(uri: string, why: string): InvalidKey {
  return new InvalidKey(`x509: cannot parse URI ${JSON.stringify(uri)}: parse ${JSON.stringify(uri)}: ${why}`);
}

function cutScheme(uri: string, body: string): { readonly scheme: string; readonly rest: string } {
  if (body.startsWith(':')) throw unreadable(uri, 'missing protocol scheme');
  const scheme = /^[A-Za-z][A-Za-z0-9+\-.]*(?=:)/.exec(body)?.[0] ?? '';
  return { scheme, rest: scheme === '' ? body : body.slice(scheme.length + 1) };
}

interface Read {
  /** As it stands in the certificate. */
  readonly uri: string;
  readonly scheme: string;
  readonly release: GoRelease;
}

function hierarchyText(read: Read, hierarchy: string): string {
  const { uri, scheme } = read;
  if (!hierarchy.startsWith('/')) {
    if (scheme !== '') return hierarchy;
    if ((hierarchy.split('/', 1)[0] as string).includes(':'))
      throw unreadable(uri, 'first path segment in URL cannot contain colon');
  }
  const hasAuthority = hierarchy.startsWith('//') && (scheme !== '' || !hierarchy.startsWith('///'));
  if (!hasAuthority) return escapeAgain(uri, hierarchy, 'path');
  const slash = hierarchy.indexOf('/', 2);
  const [authority, path] = slash < 0 ? [hierarchy.slice(2), ''] : [hierarchy.slice(2, slash), hierarchy.slice(slash)];
  const text = authorityText(read, authority);
  return text === '' && path === '' ? '' : `//${text}${escapeAgain(uri, path, 'path')}`;
}

function authorityText(read: Read, authority: string): string {
  const { uri } = read;
  const at = authority.lastIndexOf('@');
  const host = hostText(read, authority.slice(at + 1));
  if (at < 0) return host;
  const user = authority.slice(0, at);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user)) throw unreadable(uri, 'net/url: invalid userinfo');
  const colon = user.indexOf(':');
  if (colon < 0) return `${escape(unescape(uri, user), USER)}@${host}`;
  const [name, password] = [user.slice(0, colon), user.slice(colon + 1)];
  return `${escape(unescape(uri, name), USER)}:${escape(unescape(uri, password), USER)}@${host}`;
}

/** The host as Go writes it. Escapes in it can only stand for `%` or for bytes beyond ASCII, which no domain name of a certificate may have. */
function hostText(read: Read, text: string): string {
  const { uri } = read;
  const host = withPlainZone(text);
  const port = host.startsWith('[') ? portBehindLiteral(uri, host) : portBehindName(read, host);
  if (!/^(?::\d*)?$/.test(port)) throw unreadable(uri, `invalid port ${JSON.stringify(port)} after host`);
  const odd = /[^A-Za-z0-9!$&'()*+,;=:[\]<>"\-_.~]/.exec(host.replaceAll('%25', ''));
  if (odd?.[0] === '%')
    throw unreadable(uri, `invalid URL escape ${JSON.stringify(odd.input.slice(odd.index, odd.index + 3))}`);
  if (odd !== null) throw unreadable(uri, `invalid character ${JSON.stringify(odd[0])} in host name`);
  if (host !== '' && host.split('.').includes(''))
    throw new InvalidKey(`x509: cannot parse URI ${JSON.stringify(uri)}: invalid domain`);
  return host;
}

/** RFC 6874 §2: in the zone of an address, and nowhere else in a host, escapes may stand for any character of a host. */
function withPlainZone(host: string): string {
  const zone = /^(\[[^\]%]*%25)(.+)(\].*)$/.exec(host);
  if (zone === null) return host;
  const [, before = '', text = '', after = ''] = zone;
  const plain = text.replaceAll(/%([2-7][0-9A-Fa-f])/g, (escaped, hex: string) => {
    const char = String.fromCharCode(Number.parseInt(hex, 16));
    return /[A-Za-z0-9!$&'()*+,;=:[\]<>"\-_.~]/.test(char) ? char : escaped;
  });
  return before + plain + after;
}

/** RFC 3986 §3.2.2: an IPv6 address, which may have a zone (RFC 6874 §2). */
function portBehindLiteral(uri: string, host: string): string {
  const close = host.lastIndexOf(']');
  if (close < 0) throw unreadable(uri, "missing ']' in host");
  const address = host.slice(0, close).replace(/%25.+$/, '');
  if (host.lastIndexOf('[') > 0 || !URL.canParse(`http://${address}]`)) throw unreadable(uri, 'invalid IP-literal');
  return host.slice(close + 1);
}

/** Go 1.27 takes no second colon in the host of a web address. */
function portBehindName({ uri, scheme, release }: Read, host: string): string {
  if (host.includes('[')) throw unreadable(uri, 'invalid IP-literal');
  const isStrict = release === 'go1.27' && /^https?$/i.test(scheme);
  const colon = isStrict ? host.indexOf(':') : host.lastIndexOf(':');
  return colon < 0 ? '' : host.slice(colon);
}

/** Characters that may stand as they are once a text has been unescaped. */
const PATH = /[A-Za-z0-9\-_.~$&+,/:;=@]/;
const FRAGMENT = /[A-Za-z0-9\-_.~$&+,/:;=?@!()*]/;
const USER = /[A-Za-z0-9\-_.~$&+,;=]/;

/** As it stands if each character may, else unescaped and escaped again. */
function escapeAgain(uri: string, text: string, part: 'path' | 'fragment'): string {
  const raw = unescape(uri, text);
  const isPlain = part === 'path' ? /^[A-Za-z0-9\-_.~$&+,/:;=@!'()*[\]%]*$/ : /^[A-Za-z0-9\-_.~$&+,/:;=?@!'()*[\]%]*$/;
  return isPlain.test(text) || text === '*' ? text : escape(raw, part === 'path' ? PATH : FRAGMENT);
}

/** The bytes, one to a character. */
function unescape(uri: string, text: string): string {
  const bad = /%(?![0-9A-Fa-f]{2}).{0,2}/.exec(text)?.[0];
  if (bad !== undefined) throw unreadable(uri, `invalid URL escape ${JSON.stringify(bad)}`);
  return text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function escape(bytes: string, plain: RegExp): string {
  return Array.from(bytes, (char) => (plain.test(char) ? char : `%${hexOf(char)}`)).join('');
}

function hexOf(char: string): string {
  return char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
}
