const ATOM = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u{10ffff}-]+$/u;
const QUOTED = /^"(?:[^"\\]|\\.)*"$/u;
const DOMAIN_LITERAL = /^\[[\x21-\x5a\x5e-\x7e]*\]$/;
const DISPLAY_NAME = /^[^<>()[\]:;@\\,]*$/;

/** RFC 5321 §4.5.3.1: 64 for the local part, 255 for the domain; as much again for a display name. */
const MOST_LENGTH = 640;

/**
 * Whether `text` is an address as RFC 5322 §3.4 has it, with or without a display name, and with Unicode in it (RFC 6532).
 * Comments and groups are not read.
 */
export function isEmail(text: string): boolean {
  if (text.length > MOST_LENGTH) return false;
  const trimmed = text.trim();
  if (!trimmed.endsWith('>')) return isAddress(trimmed);
  const open = trimmed.lastIndexOf('<');
  const name = trimmed.slice(0, Math.max(open, 0)).trim();
  return open >= 0 && (DISPLAY_NAME.test(name) || QUOTED.test(name)) && isAddress(trimmed.slice(open + 1, -1));
}

/** RFC 5322 §3.4.1: `local-part "@" domain`. */
function isAddress(text: string): boolean {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(at, 0));
  const domain = text.slice(at + 1);
  return (isDotAtom(local) || QUOTED.test(local)) && (isDotAtom(domain) || DOMAIN_LITERAL.test(domain));
}

function isDotAtom(text: string): boolean {
  return text.split('.').every((atom) => ATOM.test(atom));
}
