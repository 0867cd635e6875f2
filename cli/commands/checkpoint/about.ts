import type { About } from '../../frame/command.ts';

export const checkpoint = {
  name: 'checkpoint',
  summary: 'print the signed head of a log',
  description: [
    'Prints the newest checkpoint of the log as a signed note and nothing else, once a trusted key is found to have signed it and the tree to begin with the one that was seen last.',
    'Of a log that has both the note of C2SP (Ed25519, with cosignatures of witnesses) is printed, unless --api rekor-v1 or the keys given ask for the other.',
  ],
  arguments: [],
  options: {},
  examples: [
    { line: 'stele checkpoint --server https://log.example', text: 'print the note' },
    { line: 'stele checkpoint --log-key log.pub --output json', text: 'as JSON, trusting one key only' },
  ],
  json: {
    origin: 'name of the log',
    treeSize: 'entries in the tree',
    rootHash: 'root of the tree, hex',
    checkpoint: 'the signed note',
  },
} as const satisfies About;
