import type { About } from '../../frame/command.ts';

export const proxy = {
  name: 'proxy',
  summary: 'be a log to clients here, check what the real one says, and keep entries while it is away',
  description: [
    'Listens on loopback, and answers as the log does: both APIs of Rekor, tiles and keys. A client needs no change but the address.',
    'Passes on nothing before it was checked with the keys of the log: proofs and signed entry timestamps of entries, signatures of checkpoints, that each is the last one grown on, and tiles and bundles up to the signed root. What does not hold is answered with 502 and a JSON error that says why. Lists of ids from a search, and other answers with nothing to prove, are passed on as they are.',
    'Submissions are written to the outbox, durably, before they are sent. While the log is away a client waits for up to --patience, and is answered 503 then; its entry stays in the outbox, is sent when the log is back, and the client that sends the same again gets that answer. An entry that the log has already is answered with 201 and the first entry.',
    '--token and --client-certificate are sent to the log for every client: everyone who reaches the address acts in their name. A credential that a client sends itself is not passed on. A token in a file is read again when the file changes, and --token - reads one from standard input. It needs the rights submit and audit, and read to answer an entry that the log has already; with submit alone the proofs of new entries are checked, their heads are not compared with those before, and an entry whose answer was lost on the way may be logged twice.',
  ],
  arguments: [],
  options: {
    to: { kind: 'text', value: 'URL', summary: 'the log; --server if it is left out' },
    listen: {
      kind: 'text',
      value: 'ADDRESS:PORT',
      summary: 'where to listen; 127.0.0.1:3001 if it is left out, and any free port for 0',
    },
    outbox: {
      kind: 'text',
      value: 'FOLDER',
      variable: 'STELE_OUTBOX',
      summary: 'where submissions and their answers are kept; in the state folder if it is left out',
    },
    'outbox-entries': {
      kind: 'number',
      value: 'N',
      least: 1,
      most: 1_000_000,
      summary: 'submissions that may wait, and answers that are kept; 10000 if it is left out',
    },
    'outbox-mib': {
      kind: 'number',
      value: 'MIB',
      least: 1,
      most: 1_000_000,
      summary: 'size of the submissions that wait; 1024 if it is left out',
    },
    patience: {
      kind: 'number',
      value: 'SECONDS',
      least: 1,
      most: 3600,
      summary: 'how long a client waits for its entry; 20 if it is left out',
    },
    concurrency: {
      kind: 'number',
      value: 'N',
      least: 1,
      most: 256,
      summary: 'submissions that are sent at a time; 16 if it is left out',
    },
  },
  examples: [
    { line: 'stele proxy --to https://log.example', text: 'clients use http://127.0.0.1:3001' },
    { line: 'stele proxy --to https://log.example --token ci.token', text: 'for clients that cannot send a token' },
    {
      line: 'stele proxy --to https://log.example --log-key log.pub --outbox /var/lib/stele/outbox',
      text: 'with a key that is known, and an outbox of its own',
    },
  ],
  json: {
    listening: 'address of the proxy',
    server: 'address of the log',
    waiting: 'submissions in the outbox',
  },
} as const satisfies About;
