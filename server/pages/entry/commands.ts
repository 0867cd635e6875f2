import type { ProvenEntry } from '../../../log/types.ts';
import type { Offer } from '../first-entry.ts';

/** A command that gets or checks the same thing. */
export interface Command {
  readonly name: string;
  readonly text: string;
}

/** The command that checks an entry as the page does. */
export function verifyCommand({ virtualIndex }: Pick<ProvenEntry, 'virtualIndex'>, base: string): string {
  return `stele verify --index ${virtualIndex} --server ${base}`;
}

/** Commands for an entry, as far as the log offers what they ask for. @param hasBundle - whether there is a bundle of it */
export function entryCommands(entry: ProvenEntry, base: string, offer: Offer, hasBundle: boolean): readonly Command[] {
  const { virtualIndex: index } = entry;
  const page = `${base}/entry/${index}`;
  const curl = offer.has('getLogEntryByIndex')
    ? `curl '${base}/api/v1/log/entries?logIndex=${index}'`
    : `curl -OJ '${page}/body.json'`;
  const cosign = [
    `curl -o entry-${index}.sigstore.json '${page}/bundle.sigstore.json'`,
    `curl -O '${base}/trusted_root.json'`,
    `cosign verify-blob --bundle entry-${index}.sigstore.json --trusted-root trusted_root.json \\`,
    '  --key signer.pub ARTIFACT',
  ].join('\n');
  return [
    { name: 'curl', text: curl },
    { name: 'stele', text: `${verifyCommand(entry, base)}\nstele get ${index} --server ${base}` },
    ...(hasBundle ? [{ name: 'cosign', text: cosign }] : []),
  ];
}
