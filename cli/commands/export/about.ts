import type { About } from '../../frame/command.ts';
import { PLACE } from '../../operate/place.ts';

export const exportLog = {
  name: 'export',
  summary: 'write a log as plain files, for any web server or bucket',
  description: [
    'Writes checkpoint, tile/... and tile/entries/... as c2sp.org/tlog-tiles lays them out, what the folder has not yet and what has gone from it, and the checkpoint last. What is there is never changed: a file that differs, and a log that is not the exported one grown on, is refused. The server may run. Of a log with several shards each stands in a folder of its origin, but for the one that the folder itself has held so far.',
    'With --from it reads any log of that kind over HTTP; its checkpoint is at URL/checkpoint, signed by --vkey.',
  ],
  arguments: [],
  options: {
    into: { kind: 'text', value: 'FOLDER', summary: 'where to write' },
    shard: { kind: 'text', value: 'ORIGIN', summary: 'only that shard, in the folder itself' },
    prune: { kind: 'flag', summary: 'remove partial tiles once the whole one is there and the checkpoint is written' },
    verify: {
      kind: 'flag',
      summary: 'compare every file that is there with the log, and name those that differ: then 1',
    },
    from: { kind: 'text', value: 'URL', summary: 'read a log over HTTP, in place of a data folder' },
    vkey: { kind: 'text', value: 'KEY', summary: 'key that signs its checkpoints, as in origin+id+key' },
    ...PLACE,
  },
  examples: [
    { line: 'stele export --data ./data --into /srv/log', text: 'what is new, again and again' },
    { line: 'stele export --from https://log.example --vkey KEY --into mirror', text: 'mirror another log' },
  ],
  json: {
    logs: 'one for each shard: origin, folder, entries, added (of them new), filesWritten and filesRemoved',
  },
} as const satisfies About;
