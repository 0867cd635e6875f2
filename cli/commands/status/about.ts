import type { About } from '../../frame/command.ts';
import { PLACE } from '../../operate/place.ts';

export const status = {
  name: 'status',
  summary: 'say how a log is: its server, its data folder, or both',
  description: [
    'Of a server (--server): whether it is ready and why not, and its newest head, whose signature is checked. Of a data folder (--data): what it takes of the disk and what is free, which process holds it, and for each shard the newest head, its age, and where the head journal ends. The server may run; nothing is written.',
    'It ends with 1 if the server says that it is not ready. stele doctor looks for what is wrong.',
  ],
  arguments: [],
  options: {
    data: { ...PLACE.data, summary: 'data folder of the log' },
    heads: PLACE.heads,
    config: PLACE.config,
    backup: { kind: 'text', value: 'FOLDER', summary: 'folder of a backup or an archive, to tell its age' },
  },
  examples: [
    { line: 'stele status --server http://127.0.0.1:3000', text: 'is the server ready?' },
    { line: 'stele status --data ./data --backup /mnt/backup', text: 'how are the folder and its backup?' },
  ],
  json: {
    server:
      'of --server: base, ready, checks (as /readyz has them), origin, treeSize, rootHash (hex) and ageSeconds of its newest entry (null where the API keeps no times)',
    folder:
      'of --data: data, bytes, free, floor (bytes below which no entry is taken), heldBy (or null), and shards, each with origin, treeId, size, rootHash (hex), ageSeconds of its newest head, isFrozen and journal (path, size, damage)',
    backup: 'of --backup: folder and ageSeconds',
  },
} as const satisfies About;
