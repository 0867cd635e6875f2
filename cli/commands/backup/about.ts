import type { About } from '../../frame/command.ts';
import { PLACE } from '../../operate/place.ts';

export const backup = {
  name: 'backup',
  summary: 'copy a log of your own so that it can be made again, while it runs',
  description: [
    'Adds to a folder what the log has beyond it: entries, heads, cosignatures and the end of every shard. What is there is never changed. The server may run. Every entry is hashed on the way and held against the root that was signed. With --into - all of the log goes to standard output, for stele restore --from -.',
    '--verify reads all of the backup again afterwards: its checksums, each entry up to the root of every head, and the signatures on the heads. Without --data nothing is taken, and what is there is verified. It ends with 1 if anything is wrong, and the file is named.',
    'A backup rests, so that it works a fifth of the time and submissions go on as before. docs/backup.md says more.',
  ],
  arguments: [],
  options: {
    into: { kind: 'text', value: 'FOLDER', summary: 'folder of the backup, or - for standard output' },
    'with-keys': { kind: 'flag', summary: "the log's keys too: who has the backup can sign as the log from then on" },
    fast: { kind: 'flag', summary: 'do not rest: for a log that stands still' },
    verify: { kind: 'flag', summary: 'read all of the backup again and check it' },
    ...PLACE,
    data: { kind: 'text', value: 'FOLDER', summary: 'data folder of the log; ./data, or STELE_DATA, by default' },
  },
  examples: [
    { line: 'stele backup --data ./data --into /mnt/backup', text: 'what is new, while the server runs' },
    { line: 'stele backup --into /mnt/backup --verify', text: 'check a backup' },
  ],
  json: {
    into: 'the folder',
    shards: 'what was taken: each with origin, entries and added (of them new)',
    verified: 'of --verify: shards, each with origin, entries and heads, and the number of keys',
  },
} as const satisfies About;
