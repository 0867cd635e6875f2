import type { About } from '../../frame/command.ts';

export const audit = {
  name: 'audit',
  summary: 'check that a log has only grown, and with --full everything in it',
  description: [
    'Compares the newest signed heads of the log with those that earlier runs have seen, at whatever address: each has to be the beginning of the next. The heads are kept in the state folder; a head that fails is not.',
    '--full reads every entry besides, from tiles where the log has them: each is hashed again, up to the signed root. Where a key of Rekor v1 is trusted, every entry is read by that API too, and its signed entry timestamp, the head it is proved under and its proof are checked; --api tiles leaves that out, which is many times faster. It works on as many threads as there are processors, and a run that was killed is gone on with by the next.',
    'A log that has forked ends with 1, and the two signed heads that convict it are written to the file of --evidence, and into the state folder in any case. stele verify-evidence accepts it from anyone who has the key of the log. A log that only goes back to a smaller head is reported with 1 as well, but that is no proof of a fork by itself.',
    '--data audits the folder of a log of your own instead, offline: every entry, tile, head, signature and search key that is stored, the head journal and the search index. The server may run. It ends with 1 if anything is damaged; what is damaged first is named.',
  ],
  arguments: [{ name: 'URL', isRequired: false, isRepeated: false }],
  options: {
    full: { kind: 'flag', summary: 'read and check every entry' },
    evidence: {
      kind: 'text',
      value: 'FILE',
      summary: 'where to write fork evidence; nothing is written for a log that has not forked',
    },
    policy: {
      kind: 'text',
      value: 'FILE',
      variable: 'STELE_WITNESS_POLICY',
      summary: 'policy (c2sp.org/tlog-policy) with witnesses: their cosignatures are checked, and its quorum is needed',
    },
    threads: {
      kind: 'number',
      value: 'N',
      least: 1,
      most: 999,
      summary: 'threads of a full audit; as many as there are processors if it is left out',
    },
    data: { kind: 'text', value: 'FOLDER', summary: 'audit this data folder of a log, offline' },
    heads: {
      kind: 'text',
      value: 'FOLDER',
      summary: 'with --data: the folder of its head journal; FOLDER-heads if it is left out',
    },
    config: {
      kind: 'text',
      value: 'FILE',
      summary: 'audit the data folder that this settings file of a server names, offline',
    },
  },
  examples: [
    { line: 'stele audit https://log.example --log-key log.pub', text: 'has the log only grown since the last run?' },
    { line: 'stele audit https://log.example --full', text: 'check every entry' },
    { line: 'stele audit https://log.example --evidence fork.json', text: 'write the evidence if it has forked' },
    { line: 'stele audit --data /var/lib/stele/data', text: 'check all that a log of your own has stored' },
  ],
  json: {
    server: 'address of the log',
    isSound: 'whether nothing was found wrong',
    data: 'with --data: the folder, in place of all that follows but entries, which is their number, and reason',
    heads:
      'for each tree: origin, api, treeSize, rootHash (hex), sizeBefore (of the newest head seen before, if there is one), verdict (first, same, grown, behind, forked, rolled-back or unproved), and reason where it is not good',
    cosigners: 'names of the witnesses of --policy that have cosigned the head',
    entries: 'with --full: entries checked, by origin and by where they were read from',
    evidence: 'files that the fork evidence was written to, if the log has forked',
  },
} as const satisfies About;
