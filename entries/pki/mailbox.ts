/*
 * Domain names and mailboxes as Go's crypto/x509 reads them in the name constraints of a certificate (RFC 5280
 * §4.2.1.10). Input is ASCII, a byte to a character.
 */

const MAX_DOMAIN_LENGTH = 253;

/** Whether Go takes `text` as the domain of a constraint; one that begins with a dot stands for all below it. */
export function isConstraintDomain(text: string): boolean {
  return text === '' || isDomain(text.startsWith('.') ? text.slice(1) : text, text.length);
}

/** Whether Go takes `text` as a domain: labels that are not empty, of visible characters. Their length is not limited. */
function isDomain(text: string, length = text.length): boolean {
  return length <= MAX_DOMAIN_LENGTH && /^[\x21-\x2d\x2f-\x7e]+(?:\.[\x21-\x2d\x2f-\x7e]+)*$/.test(text);
}

/** RFC 2821 §4.1.2: a quoted string, or atoms with dots between them, each of whose characters may have a backslash. */
const QUOTED_LOCAL_PART = /^"(?:\\[\x01-\x09\x0b\x0c\x0e-\x7f]|[\x01-\x08\x0b\x0c\x0e-\x21\x23-\x5b\x5d-\x7f])*"@/;
const UNQUOTED_LOCAL_PART = /^((?:\\[^]|[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.])+)@/;

/** Whether Go takes `text` as a mailbox. Before 1.27 its domain might hold another `@`. */
export function isMailbox(text: string, domainMayHoldAt: boolean): boolean {
  const local = QUOTED_LOCAL_PART.exec(text)?.[0] ?? unquotedLocalPart(text);
  if (local === undefined) return false;
  const domain = text.slice(local.length);
  return (domain === '' || isDomain(domain)) && (domainMayHoldAt || !domain.includes('@'));
}

/** With its `@`. */
function unquotedLocalPart(text: string): string | undefined {
  const match = UNQUOTED_LOCAL_PART.exec(text);
  const dotted = match?.[1]?.replaceAll('\\', '');
  if (match === null || dotted === undefined || dotted.split('.').includes('')) return undefined;
  return match[0];
}
