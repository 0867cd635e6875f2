import type { About } from '../../frame/command.ts';
import { BEGINNING, PLACE, SERVER_FILES } from '../../operate/place.ts';

export const keys = {
  name: 'keys',
  summary: 'list or show the public keys of a log of your own, make a key, or make those of a log that is to begin',
  description: [
    'list and show read the public keys that each shard has written down, by the reading interface of its engine: the server may run, and no private key is opened. show prints one key and nothing else: that of the newest shard, unless --shard names another.',
    'new makes one private key, of the kind that --role needs, in a file that is for its owner alone and never was there before, and prints its public key; a verifier key and a log id need --origin, the name of the log. With --key-passphrase the file is encrypted (PKCS #8). A log begins under such a key with --begin.',
    'prepare makes the keys of a log that has not begun where its first start will look for them, which begins the log under them and needs no --begin, and prints the lines that others need in their policy files. A log that runs tells its keys at /vkey and /.well-known/stele.json. In a checkout npm run vkeys is the same.',
  ],
  arguments: [{ name: 'ACTION', isRequired: true, isRepeated: false, choices: ['list', 'show', 'new', 'prepare'] }],
  options: {
    role: {
      kind: 'choice',
      choices: ['rekor', 'c2sp', 'witness'],
      summary:
        'ECDSA P-256 (rekor) or Ed25519 (c2sp, the default); of new also witness, Ed25519 that cosigns for others',
    },
    as: { kind: 'choice', choices: ['pem', 'vkey', 'log-id'], summary: 'of show and new: the form; pem by default' },
    shard: { kind: 'text', value: 'ORIGIN', summary: 'of show: the shard' },
    into: { kind: 'text', value: 'FILE', summary: 'of new: the file for the private key' },
    data: PLACE.data,
    heads: PLACE.heads,
    config: PLACE.config,
    'rekor-key': PLACE['rekor-key'],
    'c2sp-key': PLACE['c2sp-key'],
    volume: PLACE.volume,
    'public-url': SERVER_FILES['public-url'],
    ...BEGINNING,
  },
  examples: [
    { line: 'stele keys list --data ./data', text: 'log ids and verifier keys of all shards' },
    { line: 'stele keys show --role rekor --data ./data', text: 'the PEM that clients of Rekor v1 want' },
    { line: 'stele keys show --as vkey --data ./data', text: 'the verifier key that witnesses and monitors want' },
    { line: 'stele keys new --role rekor --into rekor.pem', text: 'a key for --rekor-key' },
    {
      line: 'stele keys prepare --data ./data --origin log.example.org --public-url https://log.example.org',
      text: 'the keys of a log that others are to know before it begins',
    },
  ],
  json: {
    keys: 'each with role (rekor, c2sp or witness), publicKey (PEM), and where its name is known origin, vkey and, but for witness, logId (hex); of new also file',
  },
} as const satisfies About;
