import type { About } from '../../frame/command.ts';

export const watch = {
  name: 'watch',
  summary: 'report entries of given identities, keys, hashes or issuers',
  description: [
    'Reads the log from where the last run ended, checks every entry against the signed head, and that the head is the one before grown on, and reports the entries that match. It goes on until it is stopped, unless --once is given.',
    'A new watch begins with the entries that come from now on; with --from it begins there, and 0 is the first entry. The cursor is in the state folder, and moves behind an entry only once its report has been delivered: a run that is killed in between reports that one entry a second time, under the same logIndex and id.',
    'An entry that cannot be read, or has a certificate or key that cannot, is reported as unreadable, and stops nothing. So is one with a name of more than 2,048 characters, which no expression is compared with.',
    'Identities, issuers and subjects are regular expressions, and match anywhere in the name unless ^ and $ say otherwise. --config takes the file of rekor-monitor: certIdentities, subjects, fingerprints and oidMatchers below monitoredValues.',
    'Of a log with tiles the entries of the shard that grows are read, by their index in it; with --api rekor-v1 those of all shards.',
  ],
  arguments: [{ name: 'URL', isRequired: false, isRepeated: false }],
  options: {
    identity: { kind: 'texts', value: 'REGEX', summary: 'subject of a certificate: e-mail, URI, DNS name, IP address' },
    issuer: {
      kind: 'texts',
      value: 'REGEX',
      summary: 'only certificates with this issuer (OIDC, as Fulcio writes it); of any subject without --identity',
    },
    subject: { kind: 'texts', value: 'REGEX', summary: 'name in a certificate, or e-mail address of an OpenPGP key' },
    fingerprint: {
      kind: 'texts',
      value: 'HEX',
      summary: 'SHA-256 of a key or certificate in DER; SHA-1 of an OpenPGP key; of an OpenSSH key base64',
    },
    key: { kind: 'texts', value: 'FILE', summary: 'key or certificate that has signed' },
    hash: { kind: 'texts', value: 'sha256:HEX', summary: 'hash of an artifact, envelope or payload' },
    config: { kind: 'text', value: 'FILE', summary: 'configuration of rekor-monitor, YAML' },
    from: {
      kind: 'number',
      value: 'INDEX',
      least: 0,
      most: Number.MAX_SAFE_INTEGER,
      summary: 'where a new watch begins',
    },
    once: { kind: 'flag', summary: 'end at the newest entry' },
    interval: {
      kind: 'number',
      value: 'SECONDS',
      least: 1,
      most: 86_400,
      summary: 'pause between two looks at the log; 60 if it is left out',
    },
    webhook: { kind: 'text', value: 'URL', summary: 'post each report there as JSON, instead of printing it' },
    name: { kind: 'text', value: 'NAME', summary: 'name of this watch, where there are several of one log' },
  },
  examples: [
    {
      line: "stele watch https://log.example --identity '^me@example[.]com$' --from 0",
      text: 'all entries of one person',
    },
    {
      line: 'stele watch --key signer.pub --webhook https://alerts.example/log',
      text: 'tell a service of uses of a key',
    },
    { line: 'stele watch --config monitor.yaml --once --output json', text: 'one look, from a timer' },
  ],
  json: {
    id: 'origin and index: the same whenever the entry is reported, to drop what came twice',
    origin: 'name of the log',
    type: 'match or unreadable',
    logIndex: 'index of the entry, as the API counts',
    uuid: 'its leaf hash',
    kind: 'kind and version of the entry',
    matches: 'each with type (certIdentity, subject, fingerprint, oidExtension or hash) and what was found',
    reason: 'why it is unreadable',
  },
} as const satisfies About;
