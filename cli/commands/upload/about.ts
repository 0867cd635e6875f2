import type { About } from '../../frame/command.ts';

export const upload = {
  name: 'upload',
  summary: 'log signatures, bundles or envelopes',
  description: [
    'Logs one entry for each FILE, and prints where it stands once its inclusion proof, its checkpoint and, of Rekor v1, its signed entry timestamp were checked, and that it is the entry that was sent. What the log has already is found, and counts as done, so that a run that was interrupted can be made again.',
    'A FILE with --signature is an artifact, of which only the digest is sent; without it a FILE is a Sigstore bundle or a DSSE envelope itself. Of many artifacts each has a signature of its own: give --signature with {} for the name of the file (--signature "{}.sig"), or as often as there are files, in their order; so with --bundle.',
    'Signatures are checked here before anything is sent.',
  ],
  arguments: [{ name: 'FILE', isRequired: false, isRepeated: true }],
  options: {
    signature: { kind: 'texts', value: 'FILE', summary: 'signature over the artifact: bytes, or base64 of them' },
    key: { kind: 'text', value: 'FILE', summary: 'public key of the signer, PEM or DER' },
    certificate: { kind: 'text', value: 'FILE', summary: 'certificate of the signer, or a chain, PEM or DER' },
    bundle: { kind: 'texts', value: 'FILE', summary: 'Sigstore bundle of the artifact' },
    digest: { kind: 'text', value: 'sha256:HEX', summary: 'digest of an artifact that is not here, in place of FILE' },
    kind: {
      kind: 'choice',
      choices: ['hashedrekord', 'dsse', 'intoto'],
      summary: 'kind of the entry; found from the input if it is left out',
    },
    concurrency: { kind: 'number', value: 'N', least: 1, most: 64, summary: 'files at a time; 8 if it is left out' },
    retries: {
      kind: 'number',
      value: 'N',
      least: 0,
      most: 20,
      summary: 'times to try again where the log is busy or gone; 3',
    },
  },
  examples: [
    { line: 'stele upload app.tgz --signature app.tgz.sig --key signer.pub', text: 'log the signature of a file' },
    { line: 'stele upload app.tgz --bundle app.tgz.sigstore.json', text: 'log what a Sigstore bundle holds' },
    { line: 'stele upload dist/a dist/b --signature {}.sig --key signer.pub --concurrency 16', text: 'log many' },
    { line: 'stele upload provenance.dsse.json --key builder.pub', text: 'log an attestation in its envelope' },
  ],
  json: {
    entries:
      'those that the log has now: file, logIndex, uuid (the leaf hash), index, origin, isKnown (the log had it already) and, of Rekor v1, entryId, integratedTime and logId',
    failures: 'the others: file, code, message',
  },
} as const satisfies About;
