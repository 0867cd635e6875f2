import type { About } from '../../frame/command.ts';
import { PLACE } from '../../operate/place.ts';

export const shard = {
  name: 'shard',
  summary: 'list the shards of a log of your own, end the active one, begin the next',
  description: [
    'list (the default) says which shards the log has; the server may run. freeze ends the log: no entry is taken any more, and all can be read for ever. next ORIGIN freezes the active shard, unless it is, and begins the next one: a tree of its own, with new keys, under a host name that no shard has had. Entries are taken again, by that shard, when the server is started.',
    'For freeze and next the server must be stopped. Neither can be undone. Flags, STELE_ variables and --config say where the log is, as for stele serve.',
  ],
  arguments: [
    { name: 'ACTION', isRequired: false, isRepeated: false },
    { name: 'ORIGIN', isRequired: false, isRepeated: true },
  ],
  options: PLACE,
  examples: [
    { line: 'stele shard --data /var/lib/stele/data', text: 'which shards are there?' },
    { line: 'stele shard next 2027.log.example --data /var/lib/stele/data', text: 'end this year, and begin the next' },
  ],
  json: {
    shards:
      'of list: each with number, origin, treeId, size, offset (its first virtual index) and frozen (RFC 3339, or null)',
    frozen: 'of freeze: origin of the shard that has ended, with its size',
    origin: 'of next: the new shard, with treeId, logId, offset, vkey and publicKey (PEM)',
  },
} as const satisfies About;
