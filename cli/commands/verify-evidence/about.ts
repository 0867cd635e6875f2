import type { About } from '../../frame/command.ts';

export const verifyEvidence = {
  name: 'verify-evidence',
  summary: 'say whether fork evidence convicts a log',
  description: [
    'Checks a file that stele audit wrote for a log that has forked. Needs that file and the public key of the log, and nothing else: no network and no state.',
    'Ends with 0 if the evidence convicts the log: one key has signed two heads that cannot both be of one tree that only grows. Ends with 1 if the evidence does not hold or is damaged, and with 2 for a file that is no fork evidence.',
  ],
  arguments: [{ name: 'FILE', isRequired: true, isRepeated: false }],
  options: {},
  examples: [
    { line: 'stele verify-evidence fork.json --log-key log.pub', text: 'does it convict the log with this key?' },
    { line: 'stele verify-evidence fork.json --trusted-root trusted_root.json', text: 'or one of these logs?' },
  ],
  json: {
    convicts: 'whether the evidence convicts a log',
    reason: 'why not',
    forks:
      'each with origin, kind (two-roots or other-beginning), key (PEM) and heads: treeSize and rootHash (hex) of both',
  },
} as const satisfies About;
