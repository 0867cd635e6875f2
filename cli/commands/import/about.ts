import type { About } from '../../frame/command.ts';

export const importLog = {
  name: 'import',
  summary: 'copy all entries of another log, checked, into a folder that is served and never written',
  description: [
    'Reads every entry of a log (Rekor v1 with its ended shards, Rekor v2, or the plain files of a C2SP log such as stele export writes) into a data folder that stele serve --read-only serves: entries with their indexes, hashes and, of Rekor v1, signed entry timestamps and times as they were, and the heads as the log has signed them. The folder has no key, and nothing in it is signed anew.',
    'Each entry is checked before it is stored: on Rekor v1 its signed entry timestamp, the head that it is proved under and that proof, elsewhere its hash up to the signed root. Then the tree is built anew from all of them, and nothing is shown unless it has the root that a trusted key has signed. Kinds of entries that a Stele does not take, and bodies above its limit, are stored and proved as well; search finds what the body alone says, where its kind is known.',
    'A run that was killed is gone on with by typing it again, and a later run adds what the log has grown by. Keys of the log are given or pinned as for every command: stele help trust.',
  ],
  arguments: [{ name: 'URL', isRequired: false, isRepeated: false }],
  options: {
    into: {
      kind: 'text',
      value: 'FOLDER',
      summary: 'the data folder: new, empty, or of an earlier import of this log',
    },
  },
  examples: [
    {
      line: 'stele import https://rekor.example --log-key rekor.pub --into ./rekor',
      text: 'copy a Rekor v1 with all shards',
    },
    {
      line: 'stele import https://tiles.example --log-key log.vkey --into ./tiles',
      text: 'copy a Rekor v2 or another log of tiles',
    },
  ],
  json: {
    into: 'the folder',
    shards:
      'for each tree: origin, api (rekor-v1 or tiles), treeId, treeSize, rootHash (hex), offset, and added, the entries of this run',
  },
} as const satisfies About;
