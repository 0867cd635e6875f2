import { EXIT_CODES } from '../frame/exit-codes.ts';

/** A text of the help that is about no single command. */
export interface Topic {
  readonly name: string;
  readonly summary: string;
  /** Paragraphs. */
  readonly text: readonly string[];
}

/** Topics that `stele help TOPIC` tells about, beside the commands. */
export const TOPICS: readonly Topic[] = [
  {
    name: 'trust',
    summary: 'by which keys a log is trusted',
    text: [
      "Nothing that a log says is printed before it was checked with the key of the log. The keys are those of --log-key (a file, or the key itself: PEM, a verifier key of C2SP, DER in base64) and of --trusted-root, the file that Sigstore's clients use. Where neither is given, the keys that a log offers when it is used for the first time are trusted, pinned in the state folder, and every later head has to be signed with them.",
      'A log that signs with other keys than the pinned ones is refused. If you know why it changed them, give the new key once with --log-key, or remove the file that the message names.',
      'Rekor v1 signs with ECDSA, Rekor v2 and other logs of tiles with Ed25519. A Stele does both, over one tree: with keys of both kinds its entries are read by Rekor v1, and its heads as signed notes of C2SP.',
    ],
  },
  {
    name: 'state',
    summary: 'what is remembered between two runs',
    text: [
      'For each log one file, below --state, STELE_STATE, or else $XDG_STATE_HOME/stele (~/.local/state/stele) on Linux, ~/Library/Application Support/stele on macOS and %LOCALAPPDATA%\\stele on Windows: the pinned keys, and the newest head of each tree. A log that does not begin with the head that was seen before ends the command with 1, and the file stays as it was.',
      'The file is written whole or not at all, and under a lock that two runs cannot hold at once.',
    ],
  },
  {
    name: 'json',
    summary: 'what --output json prints',
    text: [
      'One object in one line, with version: 1. Commands that go on print one such object for each thing. Members may be added without a new version; none changes its meaning or goes without one. docs/cli.md lists them for each command.',
      'An error is an object, too, on standard error: {"version":1,"error":{"code":CODE,"message":TEXT}}. Standard output then has nothing, or what was done before.',
    ],
  },
  {
    name: 'offline',
    summary: 'to verify without a network',
    text: [
      "stele proof writes a proof file, which holds the place of the entry, the path to the root, and the signed head. With it, the artifact, its signature, the signer's key and the key of the log stele verify --proof asks nobody.",
      'A Sigstore bundle that holds its log entry is verified in the same way: stele verify FILE --bundle B.',
    ],
  },
  {
    name: 'logs',
    summary: 'which logs can be used, and how',
    text: [
      'stele asks a server what it is: Rekor v1, Rekor v2, or the plain files of a C2SP log (tlog-tiles); a Stele is all three. --api chooses one of them.',
      'Rekor v1 submits, reads and searches. Rekor v2 submits and is read by index from its tiles; where they are at another address, name it with --tiles. Plain files are read by index. What a log has not is refused with 4, and not made up.',
    ],
  },
  {
    name: 'exit-codes',
    summary: 'how commands end',
    text: Object.entries(EXIT_CODES).map(([code, meaning]) => `${code}: ${meaning}.`),
  },
];
