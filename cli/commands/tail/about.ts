import type { About } from '../../frame/command.ts';

export const tail = {
  name: 'tail',
  summary: 'follow new entries',
  description: [
    'Prints each new entry once its proofs were checked, and goes on until it is ended. Each head has to begin with the one before it. While the log is away it is asked again.',
    'It remembers nothing between two runs: to report each entry of interest once, whatever happens, is for stele watch.',
  ],
  arguments: [],
  options: {
    from: {
      kind: 'number',
      value: 'N',
      least: 0,
      most: Number.MAX_SAFE_INTEGER,
      summary: 'first entry; the next new one if it is left out',
    },
    once: { kind: 'flag', summary: 'end with the newest entry instead of waiting for more' },
    match: { kind: 'text', value: 'REGEXP', summary: 'only entries with a digest, a key or an identity that matches' },
    kind: { kind: 'text', value: 'KIND', summary: 'only entries of this kind, such as hashedrekord' },
    interval: {
      kind: 'number',
      value: 'SECONDS',
      least: 1,
      most: 86_400,
      summary: 'pause between two questions; 5 if it is left out',
    },
  },
  examples: [
    { line: 'stele tail --server https://log.example', text: 'show what comes in' },
    { line: 'stele tail --match @example[.]com$ --output json', text: 'entries of one organisation, an object a line' },
    { line: 'stele tail --from 0 --once', text: 'every entry there is' },
  ],
  json: { entries: 'one entry, as those of stele get; one object a line' },
} as const satisfies About;
