import type { About } from '../../frame/command.ts';
import { SIGNING_CONFIG_OPTIONS } from '../../trust/options.ts';

export const signingConfig = {
  name: 'signing-config',
  summary: 'write the signing_config.json with which other clients sign into a log',
  description: [
    "Writes the address of a log as Sigstore's clients read it (cosign, sigstore-js, sigstore-go), with both APIs, and the services whose addresses are given.",
    'A certificate of Fulcio lives for minutes, and only Rekor v1 says when something was signed: with --fulcio-url and without --tsa-url version 2 is left out. --api chooses one version alone.',
  ],
  arguments: [],
  options: SIGNING_CONFIG_OPTIONS,
  examples: [
    { line: 'stele signing-config --server https://log.example --into signing_config.json', text: 'to sign with keys' },
    {
      line: 'stele signing-config --fulcio-url https://ca.example --oidc-url https://login.example --tsa-url https://tsa.example --into signing_config.json',
      text: 'to sign with certificates',
    },
  ],
  json: { file: 'the file that was written, if --into names one', signingConfig: 'the document' },
} as const satisfies About;
