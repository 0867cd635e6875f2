import type { OptionTable } from '../frame/options.ts';

/** Options that say where a log of one's own is, and how its operator has decided: flags of the server, by the same names. */
export const PLACE = {
  data: { kind: 'text', value: 'FOLDER', variable: 'STELE_DATA', summary: 'data folder of the log; ./data by default' },
  heads: {
    kind: 'text',
    value: 'FOLDER',
    variable: 'STELE_HEADS',
    summary: 'folder of its head journal; the data folder with -heads behind its name by default',
  },
  config: { kind: 'text', value: 'FILE', variable: 'STELE_CONFIG', summary: 'settings file of the server' },
  'rekor-key': { kind: 'text', value: 'FILE', summary: 'as for stele serve: where the ECDSA key is' },
  'c2sp-key': { kind: 'text', value: 'FILE', summary: 'as for stele serve: where the Ed25519 key is' },
  'v1-key': { kind: 'text', value: 'FILE', summary: 'older name of --rekor-key' },
  'tile-key': { kind: 'text', value: 'FILE', summary: 'older name of --c2sp-key' },
  volume: { kind: 'text', value: 'KIND', summary: 'as for stele serve: whether the volume may change its place' },
  witness: { kind: 'text', value: 'MODE', summary: 'as for stele serve: whether heads need witnesses' },
  'witness-policy': { kind: 'text', value: 'FILE', summary: 'as for stele serve: the policy with the witnesses' },
  'overrule-witness': { kind: 'text', value: 'SIZE', summary: 'as for stele serve: goes on though a witness objects' },
  'clock-checked': { kind: 'text', value: 'TIME', summary: 'as for stele serve: you have looked at the clock' },
  'clock-synchronized': { kind: 'text', value: 'HOW', summary: 'as for stele serve: how the clock is judged' },
} as const satisfies OptionTable;

/** Flags of the server that name what can be looked at without starting it. */
export const SERVER_FILES = {
  'public-url': {
    kind: 'text',
    value: 'URL',
    variable: 'STELE_PUBLIC_URL',
    summary: 'where the world finds the server',
  },
  'tls-cert': { kind: 'text', value: 'FILE', variable: 'STELE_TLS_CERT', summary: 'certificate chain of https' },
  'tls-key': { kind: 'text', value: 'FILE', variable: 'STELE_TLS_KEY', summary: 'private key of https' },
  access: { kind: 'text', value: 'FILE', variable: 'STELE_ACCESS', summary: 'access file of a private log' },
  policy: { kind: 'text', value: 'FILE', variable: 'STELE_POLICY', summary: 'admission policy' },
  'min-free': { kind: 'text', value: 'SIZE', variable: 'STELE_MIN_FREE', summary: 'floor of disk space' },
} as const satisfies OptionTable;

/** Flags of the server that a log begins with. */
export const BEGINNING = {
  origin: { kind: 'text', value: 'NAME', variable: 'STELE_ORIGIN', summary: 'name of the log, for ever' },
  'witness-name': {
    kind: 'text',
    value: 'NAME',
    summary: 'as for stele serve: name under which it cosigns for others',
  },
  'witness-key': {
    kind: 'text',
    value: 'FILE',
    summary: 'as for stele serve: where the key is that cosigns for others',
  },
  'key-passphrase': {
    kind: 'text',
    value: 'FILE',
    variable: 'STELE_KEY_PASSPHRASE',
    summary: 'file whose first line is the passphrase that keys are encrypted with',
  },
  begin: { kind: 'flag', summary: 'takes keys that exist already: you know that nothing was ever signed with them' },
} as const satisfies OptionTable;
