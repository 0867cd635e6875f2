import type { About } from '../../frame/command.ts';

export const proof = {
  name: 'proof',
  summary: 'write a proof that an entry is in the log, or that the log only grew',
  description: [
    'With an entry: writes a proof file (c2sp.org/tlog-proof) with which stele verify --proof, and others, verify the entry without the log. With --from and --to: prints the consistency proof between the trees of two sizes, both of which lead to the signed head.',
    'Each proof is checked before it is written.',
  ],
  arguments: [{ name: 'INDEX|UUID|ENTRYID', isRequired: false, isRepeated: false }],
  options: {
    into: { kind: 'text', value: 'FILE', summary: 'file to write; standard output if it is left out' },
    from: { kind: 'number', value: 'M', least: 1, most: Number.MAX_SAFE_INTEGER, summary: 'size of the older tree' },
    to: {
      kind: 'number',
      value: 'N',
      least: 1,
      most: Number.MAX_SAFE_INTEGER,
      summary: 'size of the newer tree; the newest if it is left out',
    },
  },
  examples: [
    { line: 'stele proof 7 --into app.tgz.tlog-proof', text: 'save the proof of an entry' },
    {
      line: 'stele proof --from 100 --to 2000 --output json',
      text: 'show that the log of 2000 begins with that of 100',
    },
  ],
  json: {
    logIndex: 'of the entry; uuid, index and origin stand beside it',
    proof: 'text of the proof file',
    into: 'the file that was written',
    firstSize: 'of a consistency proof; firstRoot (hex), lastSize and rootHash (hex) stand beside it',
    hashes: 'of a consistency proof, hex, in the order of RFC 9162',
  },
} as const satisfies About;
