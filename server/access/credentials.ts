import { Unauthenticated } from './failures.ts';

/**
 * Reads `Authorization: Bearer` (RFC 6750) and `Basic` (RFC 7617), whose password is the credential and whose user name is
 * not looked at: some clients can only put it into the URL.
 *
 * @returns the text of a token, or of a JWT; undefined where there is no header
 * @throws Unauthenticated for a header that is neither
 */
export function readCredential(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const [, scheme = '', value = ''] = /^([A-Za-z]+) +([\x21-\x7e]+)$/.exec(header) ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return value;
    case 'basic':
      return passwordOf(value);
    default:
      throw new Unauthenticated(
        'the Authorization header has to be "Bearer TOKEN", or "Basic" with the token as password',
      );
  }
}

function passwordOf(value: string): string {
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) throw new Unauthenticated('Basic credentials have to be user:password, the password being the token');
  return text.slice(colon + 1);
}
