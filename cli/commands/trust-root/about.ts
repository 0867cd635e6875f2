import type { About } from '../../frame/command.ts';
import { TRUST_ROOT_OPTIONS } from '../../trust/options.ts';

export const trustRoot = {
  name: 'trust-root',
  summary: 'write the trusted_root.json with which other clients verify what is in a log',
  description: [
    "Writes the keys of a log as Sigstore's clients read them: cosign, sigstore-python, sigstore-js, sigstore-go. Those of both APIs and of shards that have ended are in it, with the times in which they sign, and the authorities whose files are given.",
    'Only keys that are trusted here are written, by --log-key, by --trusted-root, or because they were pinned before.',
    'With --tuf a repository of The Update Framework is made of it and of the signing config, for clients that fetch both from an address; run it again to publish anew, and before it expires. Keep the key of --tuf-key apart from the folder.',
  ],
  arguments: [],
  options: TRUST_ROOT_OPTIONS,
  examples: [
    { line: 'stele trust-root --server https://log.example --into trusted_root.json', text: 'for one log and no more' },
    {
      line: 'stele trust-root --fulcio fulcio.pem --ctlog ctlog.pub --tsa tsa.pem --into trusted_root.json',
      text: 'with the authorities of a private Sigstore',
    },
    { line: 'stele trust-root --tuf /srv/tuf --tuf-key tuf.pem', text: 'make or refresh a TUF repository' },
  ],
  json: {
    file: 'the file that was written, if --into names one',
    trustedRoot: 'the document',
    tuf: 'of the repository, if --tuf names one: folder, version, rootVersion, expires',
  },
} as const satisfies About;
