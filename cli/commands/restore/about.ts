import type { About } from '../../frame/command.ts';
import { PLACE } from '../../operate/place.ts';

export const restore = {
  name: 'restore',
  summary: 'make a data folder out of a backup',
  description: [
    'Makes a data folder in a folder that is new or empty: every entry is hashed again and every head must have the root and the signatures that it had. A restore that was cut short is gone on with by typing it again.',
    'The log can be read at once: stele serve --read-only --data FOLDER. It takes entries again when it is started with the head journal of the original (--heads) and its keys, and lacks nothing that the journal names. docs/backup.md says what to do without a journal.',
  ],
  arguments: [],
  options: {
    from: { kind: 'text', value: 'FOLDER', summary: 'folder of the backup, or - for standard input' },
    into: { kind: 'text', value: 'FOLDER', summary: 'the new data folder' },
    config: PLACE.config,
  },
  examples: [{ line: 'stele restore --from /mnt/backup --into ./restored', text: 'a folder that can be read at once' }],
  json: { into: 'the folder', entries: 'entries of all shards' },
} as const satisfies About;
