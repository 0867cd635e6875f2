import type { About } from '../../frame/command.ts';
import { PLACE } from '../../operate/place.ts';

export const keys = {
  name: 'keys',
  summary: 'list the public keys of a log of your own, or show one as PEM, verifier key or log id',
  description: [
    'Reads the public keys that each shard has written down, by the reading interface of its engine: the server may run, and no private key is opened. show prints one key and nothing else: that of the newest shard, unless --shard names another.',
    'Keys of a log that has not begun are made by npm run vkeys in a checkout, or by the first start.',
  ],
  arguments: [{ name: 'ACTION', isRequired: true, isRepeated: false, choices: ['list', 'show'] }],
  options: {
    role: {
      kind: 'choice',
      choices: ['rekor', 'c2sp'],
      summary: 'of show: ECDSA (rekor) or Ed25519 (c2sp, the default)',
    },
    as: { kind: 'choice', choices: ['pem', 'vkey', 'log-id'], summary: 'of show: the form; pem by default' },
    shard: { kind: 'text', value: 'ORIGIN', summary: 'of show: the shard' },
    data: PLACE.data,
    heads: PLACE.heads,
    config: PLACE.config,
  },
  examples: [
    { line: 'stele keys list --data ./data', text: 'log ids and verifier keys of all shards' },
    { line: 'stele keys show --role rekor --data ./data', text: 'the PEM that clients of Rekor v1 want' },
    { line: 'stele keys show --as vkey --data ./data', text: 'the verifier key that witnesses and monitors want' },
  ],
  json: { keys: 'each with origin, role (rekor or c2sp), logId (hex), vkey and publicKey (PEM)' },
} as const satisfies About;
