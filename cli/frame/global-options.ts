import type { Values } from './options.ts';

/** Options that every command takes. */
export const GLOBAL_OPTIONS = {
  server: {
    kind: 'text',
    value: 'URL',
    variable: 'STELE_SERVER',
    summary: 'the log',
  },
  api: {
    kind: 'choice',
    choices: ['rekor-v1', 'rekor-v2', 'tiles'],
    variable: 'STELE_API',
    summary: 'the API to speak; found by asking the server if it is left out',
  },
  tiles: {
    kind: 'text',
    value: 'URL',
    variable: 'STELE_TILES',
    summary: 'where the tiles of a Rekor v2 are, if not below --server',
  },
  'log-key': {
    kind: 'texts',
    value: 'KEY',
    variable: 'STELE_LOG_KEY',
    summary: 'key of the log: a file, or the key itself (PEM, verifier key, DER in base64); as often as there are keys',
  },
  'trusted-root': {
    kind: 'text',
    value: 'FILE',
    variable: 'STELE_TRUSTED_ROOT',
    summary: 'trusted_root.json with the keys of the log',
  },
  token: {
    kind: 'text',
    value: 'FILE',
    variable: 'STELE_TOKEN',
    summary: 'token of a private log: a file, or the token itself',
  },
  'client-certificate': {
    kind: 'text',
    value: 'FILE',
    variable: 'STELE_CLIENT_CERTIFICATE',
    summary: 'client certificate for a private log, PEM, with its intermediates behind it',
  },
  'client-key': {
    kind: 'text',
    value: 'FILE',
    variable: 'STELE_CLIENT_KEY',
    summary: 'private key of the client certificate, PEM',
  },
  state: {
    kind: 'text',
    value: 'FOLDER',
    variable: 'STELE_STATE',
    summary: 'where pinned keys and the last heads are kept',
  },
  output: {
    kind: 'choice',
    choices: ['text', 'json'],
    variable: 'STELE_OUTPUT',
    summary: 'text for people (the default), or JSON',
  },
  timeout: {
    kind: 'number',
    value: 'SECONDS',
    least: 1,
    most: 3600,
    variable: 'STELE_TIMEOUT',
    summary: 'how long an answer may take; 30 if it is left out',
  },
  quiet: { kind: 'flag', summary: 'no remarks and no progress on standard error' },
  version: { kind: 'flag', summary: 'version of this program' },
  help: { kind: 'flag', summary: 'what the command does, with examples' },
} as const;

/** Values of the options that every command takes. */
export type GlobalValues = Values<typeof GLOBAL_OPTIONS>;
