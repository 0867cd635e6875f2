import type { About } from '../../frame/command.ts';
import { TRUST_CONFIG_OPTIONS } from '../../trust/options.ts';

export const trustConfig = {
  name: 'trust-config',
  summary: 'write trusted root and signing config in one file, as sigstore-python takes them',
  description: [
    'Writes what trust-root and signing-config write, in one document: the file of the --trust-config of sigstore-python. It signs with certificates alone, and needs --fulcio, --fulcio-url and --ctlog.',
  ],
  arguments: [],
  options: TRUST_CONFIG_OPTIONS,
  examples: [
    {
      line: 'stele trust-config --fulcio fulcio.pem --fulcio-url https://ca.example --ctlog ctlog.pub --into trust_config.json',
      text: 'then: sigstore --trust-config trust_config.json sign FILE',
    },
  ],
  json: { file: 'the file that was written, if --into names one', trustConfig: 'the document' },
} as const satisfies About;
