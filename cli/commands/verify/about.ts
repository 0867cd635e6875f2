import type { About } from '../../frame/command.ts';

export const verify = {
  name: 'verify',
  summary: 'verify that a signature is right, and in the log',
  description: [
    'Checks the signature over FILE with the key, and that the log has an entry of it: inclusion proof, checkpoint and, of Rekor v1, the signed entry timestamp.',
    'With --proof nothing is asked over the network: the proof file of stele proof, the key of the log (--log-key, --trusted-root, or one that was pinned before) and the signature are enough. Only where no key is known the log of --server is asked for it. A Sigstore bundle that holds its log entry is verified in the same way.',
    'Where a bundle holds an attestation, FILE has to be a subject of its in-toto statement, or its payload itself; without FILE the attestation alone is verified.',
    'With --index and no FILE an entry of the log is verified as it stands.',
    'A bundle with a certificate is verified for the holder that is expected: --certificate-identity, --certificate-oidc-issuer and --trusted-root have to be there. The certificate has to lead to an authority of the trusted root, to have been valid when the log or a timestamp authority saw the signature, and to be promised by a certificate transparency log. With --key or --certificate it is the key or the certificate itself that is expected, and by whom it was issued is not asked.',
    'Expressions are those of JavaScript, and match a part of the name unless ^ and $ say otherwise.',
  ],
  arguments: [{ name: 'FILE', isRequired: false, isRepeated: false }],
  options: {
    signature: { kind: 'text', value: 'FILE', summary: 'signature over FILE: bytes, or base64 of them' },
    key: { kind: 'text', value: 'FILE', summary: 'public key of the signer, PEM or DER' },
    certificate: { kind: 'text', value: 'FILE', summary: 'certificate of the signer, or a chain, PEM or DER' },
    bundle: { kind: 'text', value: 'FILE', summary: 'Sigstore bundle of FILE' },
    'certificate-identity': {
      kind: 'text',
      value: 'NAME',
      summary: 'holder that the certificate of a bundle has to be of: an e-mail address or a URI, for one',
    },
    'certificate-identity-regexp': { kind: 'text', value: 'EXPRESSION', summary: 'the same as an expression' },
    'certificate-oidc-issuer': {
      kind: 'text',
      value: 'URL',
      summary: 'OpenID provider that has vouched for the holder',
    },
    'certificate-oidc-issuer-regexp': { kind: 'text', value: 'EXPRESSION', summary: 'the same as an expression' },
    'insecure-ignore-sct': {
      kind: 'flag',
      summary: 'take a certificate that no certificate transparency log has promised to hold',
    },
    digest: { kind: 'text', value: 'sha256:HEX', summary: 'digest of an artifact that is not here, in place of FILE' },
    proof: { kind: 'text', value: 'FILE', summary: 'proof file; then nothing is asked over the network' },
    index: {
      kind: 'number',
      value: 'N',
      least: 0,
      most: Number.MAX_SAFE_INTEGER,
      summary: 'the entry that it has to be',
    },
    uuid: { kind: 'text', value: 'UUID', summary: 'the same by its leaf hash or entry id' },
    kind: {
      kind: 'choice',
      choices: ['hashedrekord', 'dsse', 'intoto'],
      summary: 'kind of the entry; found from the input if it is left out',
    },
  },
  examples: [
    { line: 'stele verify app.tgz --signature app.tgz.sig --key signer.pub', text: 'ask the log' },
    {
      line: 'stele verify app.tgz --signature app.tgz.sig --key signer.pub --proof app.tgz.tlog-proof --log-key log.vkey',
      text: 'without a network',
    },
    { line: 'stele verify app.tgz --bundle app.tgz.sigstore.json --key signer.pub', text: 'a Sigstore bundle' },
    {
      line: 'stele verify app.tgz --bundle app.tgz.sigstore.json --trusted-root root.json --certificate-identity ann@example.com --certificate-oidc-issuer https://accounts.example.com',
      text: 'a Sigstore bundle with a certificate',
    },
    { line: 'stele verify --index 7', text: 'an entry of the log by itself' },
  ],
  json: {
    verified: 'true; a verification that fails prints an error instead',
    entries:
      'the entry: logIndex, uuid (the leaf hash), index, origin and, of Rekor v1, entryId, integratedTime and logId',
    signer: 'of a certificate that was checked: its subjects, and the issuer that has vouched for them',
    checked: 'everything that was checked',
    unchecked: 'what could not be checked, if there is such a thing',
    offline: 'whether nothing was asked over the network',
  },
} as const satisfies About;
