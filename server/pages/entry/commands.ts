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

/** The signer of an entry, as far as a command can name it. */
export interface CommandSigner {
  readonly identity: string;
  readonly issuer: string;
}

/**
 * Commands for an entry, as far as the log offers what they ask for.
 *
 * @param bundle - whether there is a bundle of it, and of whom; undefined for none
 */
export function entryCommands(
  entry: ProvenEntry,
  base: string,
  offer: Offer,
  bundle: { readonly signer: CommandSigner | undefined } | undefined,
): readonly Command[] {
  const { virtualIndex: index } = entry;
  const page = `${base}/entry/${index}`;
  const curl = offer.has('getLogEntryByIndex')
    ? `curl '${base}/api/v1/log/entries?logIndex=${index}'`
    : `curl -OJ '${page}/body.json'`;
  const cosign = [
    `curl -o entry-${index}.sigstore.json '${page}/bundle.sigstore.json'`,
    `curl -O '${base}/trusted_root.json'`,
    `cosign verify-blob --bundle entry-${index}.sigstore.json --trusted-root trusted_root.json \\`,
    `  ${signerFlags(bundle?.signer)} ARTIFACT`,
  ].join('\n');
  return [
    { name: 'curl', text: curl },
    { name: 'stele', text: `${verifyCommand(entry, base)}\nstele get ${index} --server ${base}` },
    ...(bundle === undefined ? [] : [{ name: 'cosign', text: cosign }]),
  ];
}

function signerFlags(signer: CommandSigner | undefined): string {
  if (signer === undefined) return '--key signer.pub';
  return `--certificate-identity ${quoted(signer.identity)} --certificate-oidc-issuer ${quoted(signer.issuer)}`;
}

/** Characters of a name that a command has: others are for the reader to fill in. */
const PLAIN_NAME = /^[\x20-\x7e]{1,300}$/;

/** A stranger's name as one word of a shell. */
function quoted(name: string): string {
  return PLAIN_NAME.test(name) ? `'${name.replaceAll("'", String.raw`'\''`)}'` : 'NAME';
}
