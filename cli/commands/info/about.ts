import type { About } from '../../frame/command.ts';

export const info = {
  name: 'info',
  summary: 'say what a log is, how large, and by which keys it is trusted',
  description: [
    'Asks the log for its newest head, checks its signature, and that the tree begins with the one that was seen last.',
  ],
  arguments: [],
  options: {},
  examples: [
    { line: 'stele info --server https://log.example', text: 'size, root and keys' },
    { line: 'stele info --output json', text: 'the same as JSON, of the log in STELE_SERVER' },
  ],
  json: {
    server: 'address of the log',
    apis: 'APIs that it speaks: rekor-v1, rekor-v2, tiles',
    origin: 'name in the head',
    treeSize: 'entries in the tree that grows',
    rootHash: 'root of that tree, hex',
    logSize: 'entries in all shards',
    shards: 'shards that have ended, each with origin, treeSize and rootHash',
    keys: 'keys that are trusted, each with name, logId (hex) and publicKey (PEM)',
  },
} as const satisfies About;
