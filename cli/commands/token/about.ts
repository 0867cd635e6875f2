import type { About } from '../../frame/command.ts';

export const token = {
  name: 'token',
  summary: 'make, list, rotate and revoke the tokens of a private log',
  description: [
    'Changes the tokens in a data folder. A server that runs on it takes the change with its next request. Of a token only a hash is kept: it is printed once, when it is made.',
    'A log takes tokens once its access file says "tokens: true".',
  ],
  arguments: [{ name: 'ACTION', isRequired: true, isRepeated: false, choices: ['new', 'list', 'rotate', 'revoke'] }],
  options: {
    data: {
      kind: 'text',
      value: 'FOLDER',
      variable: 'STELE_DATA',
      summary: 'data folder of the log; ./data if it is left out',
    },
    name: { kind: 'text', value: 'NAME', summary: 'name of the token: shown in lists and log lines' },
    rights: {
      kind: 'text',
      value: 'RIGHTS',
      summary: 'rights of a new token, with commas: submit, read, search, audit, admin',
    },
    expires: {
      kind: 'text',
      value: 'TIME',
      summary: 'when a new token ends: 90d, 12h, or a date such as 2027-01-31; never if it is left out',
    },
  },
  examples: [
    { line: 'stele token new --data ./data --name ci --rights submit --expires 90d', text: 'prints the token alone' },
    { line: 'stele token list --data ./data', text: 'names, rights, ends and last uses' },
    {
      line: 'stele token rotate --data ./data --name ci',
      text: 'another token in its place, with as much time as it had',
    },
    { line: 'stele token revoke --data ./data --name ci', text: 'takes effect at once' },
  ],
  json: {
    token: 'the token: of new and rotate',
    tokens: 'of list: each with name, rights, created, expires and lastUsed (RFC 3339, or null)',
    revoked: 'name of the token that was revoked',
  },
} as const satisfies About;
