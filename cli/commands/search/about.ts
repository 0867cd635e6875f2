import type { About } from '../../frame/command.ts';

export const search = {
  name: 'search',
  summary: 'find entries by artifact, key or identity',
  description: [
    'Finds the entries that any of the terms leads to, or, with --and, all of them. Each is read, its proofs are checked, and that it has what was searched for where its body shows it. Finding nothing ends with 5.',
    'A log can prove that it has an entry, and not that it has no other: that it kept none back shows only an audit of all entries (stele audit). Rekor v2 and logs of tiles have no search.',
  ],
  arguments: [],
  options: {
    artifact: { kind: 'text', value: 'FILE', summary: 'entries of this file, by its SHA-256' },
    hash: { kind: 'text', value: 'sha256:HEX', summary: 'entries of what has this digest (sha256:, sha512: or sha1:)' },
    email: { kind: 'text', value: 'ADDRESS', summary: 'entries signed with a certificate of this address' },
    identity: {
      kind: 'text',
      value: 'TEXT',
      summary: 'entries signed with a certificate of this identity, such as a workflow',
    },
    key: { kind: 'text', value: 'FILE', summary: 'entries signed with this public key' },
    'key-format': {
      kind: 'choice',
      choices: ['x509', 'pgp', 'minisign', 'ssh', 'tuf'],
      summary: 'format of --key; x509 (PEM) if it is left out',
    },
    certificate: { kind: 'text', value: 'FILE', summary: 'entries signed with this certificate' },
    and: { kind: 'flag', summary: 'only entries that all terms lead to' },
    or: { kind: 'flag', summary: 'entries that any term leads to: as it is without --and' },
    limit: { kind: 'number', value: 'N', least: 1, most: 1_000_000, summary: 'entries at most; all if it is left out' },
  },
  examples: [
    { line: 'stele search --artifact app.tgz', text: 'who signed this file' },
    { line: 'stele search --email alice@example.com --hash sha256:HEX --and', text: 'whether she signed it' },
  ],
  json: {
    entries:
      'as those of stele get, and matched: checked, or claimed where the body does not hold what was searched for',
    completeTo: 'size of the log up to which a Stele says that it looked',
  },
} as const satisfies About;
