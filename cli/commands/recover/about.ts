import type { About } from '../../frame/command.ts';
import { PLACE } from '../../operate/place.ts';

export const recover = {
  name: 'recover',
  summary: 'look at a log that refuses to start, and let it go on where nothing speaks against it',
  description: [
    'For a log whose head journal or place does not fit. Hashes every entry of every shard again, says what is wrong and what can be done. Without one of its own four options it changes nothing, and a read-only mount or a snapshot will do. The server must be stopped. It ends with 1 while the log would refuse to start.',
    '--accept-size: you know that no larger head was ever shown to anyone, and that no other copy of the data folder will be started. --newest-head: a checkpoint as a client saved it; a log that was restored from a backup, and has no head journal, goes on with this alone, or with --ask-witnesses, which is for a log that was always started with --witness require: give that and --witness-policy.',
    '--fork-the-log-at signs on although heads are known that this contradicts. Anyone who has seen one of them can prove from then on that the log has forked, and clients, monitors and witnesses will rightly refuse it. The journal is kept beside the new one, with the time in its name.',
  ],
  arguments: [],
  options: {
    'accept-size': { kind: 'text', value: 'N', summary: 'go on from the N entries that the log has' },
    'newest-head': {
      kind: 'text',
      value: 'FILE',
      summary: 'go on if the log has this head, the newest that anyone was shown',
    },
    'ask-witnesses': { kind: 'flag', summary: 'go on if each witness of the policy cosigns the newest head' },
    'fork-the-log-at': {
      kind: 'text',
      value: 'N',
      summary: 'sign on from N entries, against heads that are known: a fork',
    },
    ...PLACE,
  },
  examples: [
    { line: 'stele recover --data ./data', text: 'what is wrong, and what can be done?' },
    { line: 'stele recover --data ./data --newest-head checkpoint.txt', text: 'go on after a restore' },
  ],
  json: {
    starts: 'whether the log starts now',
    size: 'entries of the log',
    reasons: 'sentences that say why it does not start; what else is said stands on standard error',
  },
} as const satisfies About;
