import type { OptionTable } from '../frame/options.ts';

/* Options that the three commands for trust files share. */

const INTO = {
  into: { kind: 'text', value: 'FILE', summary: 'file to write; standard output if it is left out' },
  start: {
    kind: 'text',
    value: 'TIME',
    summary:
      'since when the keys sign, such as 2026-01-31, for a log that does not say it; 2000-01-01 if it is left out',
  },
} as const satisfies OptionTable;

const AUTHORITY_FILES = {
  fulcio: {
    kind: 'texts',
    value: 'FILE',
    summary: 'certificates of a Fulcio in PEM, the issuing one first, the root last',
  },
  ctlog: { kind: 'texts', value: 'FILE', summary: 'public key of a certificate transparency log in PEM' },
  tsa: {
    kind: 'texts',
    value: 'FILE',
    summary: 'certificates of a timestamp authority in PEM, the one that signs first, the root last',
  },
} as const satisfies OptionTable;

const SERVICE_URLS = {
  url: { kind: 'text', value: 'URL', summary: 'where signers find the log, if not at --server' },
  'fulcio-url': { kind: 'text', value: 'URL', summary: 'where signers get certificates' },
  'oidc-url': { kind: 'text', value: 'URL', summary: 'where signers sign in for a certificate' },
  'tsa-url': { kind: 'text', value: 'URL', summary: 'where signers get timestamps' },
} as const satisfies OptionTable;

export const TRUST_ROOT_OPTIONS = {
  ...INTO,
  ...AUTHORITY_FILES,
  tuf: {
    kind: 'text',
    value: 'FOLDER',
    summary: 'TUF repository to make, or to make fresh, with both documents as its targets',
  },
  'tuf-key': { kind: 'text', value: 'FILE', summary: 'private key that signs it, in PEM; made with the repository' },
  'tuf-days': {
    kind: 'number',
    value: 'DAYS',
    least: 1,
    most: 3650,
    summary: 'days until the repository expires; 365 if it is left out',
  },
  ...SERVICE_URLS,
} as const satisfies OptionTable;

export const SIGNING_CONFIG_OPTIONS = { ...INTO, ...SERVICE_URLS } as const satisfies OptionTable;

export const TRUST_CONFIG_OPTIONS = { ...INTO, ...AUTHORITY_FILES, ...SERVICE_URLS } as const satisfies OptionTable;
