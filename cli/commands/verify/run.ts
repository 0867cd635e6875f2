import { type ReadEntry, readEntry } from '../../entry/read-entry.ts';
import type { CommandModule, Run } from '../../frame/command.ts';
import type { ExitCode } from '../../frame/exit-codes.ts';
import type { verify } from './about.ts';
import { HOLDER_OPTIONS, referenceOf, requireReferenced, requireUsed } from './expected.ts';
import type { Verified } from './verified.ts';

/* Modules that ask a log, or read bundles, are loaded where they are needed: a proof file needs neither. */

type Table = typeof verify.options;

export const run: CommandModule<Table>['run'] = async (asked) => {
  requireUsed(asked);
  const reference = referenceOf(asked.options);
  const verified = await verifiedOf(asked);
  requireReferenced(verified, reference);
  return tell(asked, verified);
};

async function verifiedOf(asked: Run<Table>): Promise<Verified> {
  const { signature, bundle, proof, digest } = asked.options;
  const [file] = asked.words;
  const isArtifact = (file ?? digest ?? bundle) !== undefined;
  if (!isArtifact && proof === undefined && signature === undefined) {
    const { verifyEntry } = await import('./online.ts');
    return verifyEntry(asked);
  }
  const { kind, key, certificate } = asked.options;
  const read = await readEntry({ file, digest, signature, bundle, key, certificate, kind });
  if (read.bundle === undefined && !HOLDER_OPTIONS.some((name) => asked.options[name] !== undefined))
    return verifyRead(asked, read);
  const { certificateCheck } = await import('./certificate.ts');
  const checkCertificate = certificateCheck(asked, read);
  return checkCertificate(await verifyRead(asked, read));
}

async function verifyRead(asked: Run<Table>, read: ReadEntry): Promise<Verified> {
  const { proof } = asked.options;
  if (proof !== undefined) {
    const { verifyProof } = await import('./offline.ts');
    return verifyProof(asked, read, proof);
  }
  const claimed = read.bundle?.tlogEntries ?? [];
  if (claimed.length > 0) {
    const { verifyBundleEntries } = await import('./bundle-entries.ts');
    return verifyBundleEntries(asked, read, claimed);
  }
  const { verifyLogged } = await import('./online.ts');
  return verifyLogged(asked, read);
}

function tell({ output }: Run<Table>, { place, at, checked, isOffline, left, signer }: Verified): ExitCode {
  const by = signer === undefined ? '' : `; signed by ${signer.subjects.join(', ')} (${signer.issuer})`;
  const text = `verified: ${at}${by}; checked: ${checked.join(', ')}${left === undefined ? '' : `; ${left}`}\n`;
  const json = { verified: true, entries: [place], checked, offline: isOffline, ...(signer && { signer }) };
  output.result(left === undefined ? json : { ...json, unchecked: left }, text);
  return 0;
}
