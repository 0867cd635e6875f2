import type { Offer } from '../first-entry.ts';

/** How one client is told of this log. */
export interface ClientSetup {
  readonly name: string;
  readonly text: string;
}

/** Commands and lines that point clients at the log, for the APIs that are open. @param base - without a final slash */
export function clientSetups(base: string, origin: string, { apis }: Offer): readonly ClientSetup[] {
  const fetchTrust = `curl -O ${base}/trusted_root.json\ncurl -O ${base}/signing_config.json`;
  const v1 = apis.includes('rekor-v1');
  return [
    {
      name: 'cosign',
      text: `${fetchTrust}\ncosign sign-blob --key cosign.key --bundle artifact.sigstore.json \\\n  --signing-config signing_config.json --trusted-root trusted_root.json artifact`,
    },
    {
      name: 'sigstore-js',
      text: `import { sign } from 'sigstore';\nawait sign(artifact, { rekorURL: '${base}' });`,
    },
    {
      name: 'sigstore-python',
      text: `${fetchTrust}\nsigstore --trust-config client_trust_config.json sign artifact`,
    },
    ...(v1
      ? [
          {
            name: 'rekor-cli',
            text: `curl -o log.pub ${base}/api/v1/log/publicKey\nrekor-cli --rekor_server ${base} --rekor_server_public_key log.pub loginfo`,
          },
        ]
      : []),
    { name: 'stele', text: `export STELE_SERVER=${base}\nstele info` },
    {
      name: 'a witness or monitor',
      text: `# c2sp.org/tlog-tiles\n${origin}\n${base}/`,
    },
  ];
}
