import type { About } from '../../frame/command.ts';
import { PLACE } from '../../operate/place.ts';

export const adminLog = {
  name: 'admin-log',
  summary: 'show and verify what was done with the administration of a private log',
  description: [
    'The admin log of a private log has a line for each act of its administration: a token made, rotated or revoked, an access file or a policy put in force, a shard frozen or begun, a recovery, a backup or an export. Each line has the hash of the one before, and the server enters the head of the file into the log, as an entry that is signed with the key of the log.',
    'verify reads every line, and every entry of the log, which are proved to be in its signed head. It ends with 1 where a line was changed, removed, added or moved, or where a head in the log is that of lines which are not there. The server may run. Lines that no head stands for yet are counted: they can still be changed.',
  ],
  arguments: [{ name: 'ACTION', isRequired: true, isRepeated: false, choices: ['list', 'verify'] }],
  options: { data: PLACE.data, heads: PLACE.heads, config: PLACE.config },
  examples: [
    { line: 'stele admin-log list --data ./data', text: 'who did what, and when' },
    { line: 'stele admin-log verify --data ./data', text: 'whether that is all, and as it was written' },
  ],
  json: {
    lines: 'of list: each with seq, time, action, by, details, before and hash; of verify: how many',
    heads: 'of verify: each with index (of its entry in the log) and line',
    pending: 'of verify: lines that no head in the log stands for yet',
    missing: 'of verify: indexes of entries that are heads of lines which are not there',
    isCut: 'of verify: whether a line behind the others was cut short',
  },
} as const satisfies About;
