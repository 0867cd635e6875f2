import { toHex } from '../../base/bytes.ts';
import { LONGEST_NAME } from '../../client/bundle/identity.ts';
import { Failure } from '../../base/failure.ts';
import { hashLeaf } from '../../merkle/hash.ts';
import { readMembers } from '../../entries/facts/entry-members.ts';
import { type Identities, readIdentities } from './identities.ts';
import { type Match, type Matcher, matchesIn, type WatchedEntry } from './matchers.ts';

/** A report on one entry. JSON as it is. */
export type Report =
  | {
      readonly type: 'match';
      readonly logIndex: number;
      readonly uuid: string;
      readonly kind: string;
      readonly matches: readonly Match[];
    }
  /** Something about the entry cannot be read, and might have matched. */
  | { readonly type: 'unreadable'; readonly logIndex: number; readonly uuid: string; readonly reason: string };

/** Looks at one entry. Undefined if there is nothing to tell. Throws for no entry, whatever it holds. */
export async function lookAt(
  logIndex: number,
  body: Uint8Array,
  matchers: readonly Matcher[],
): Promise<Report | undefined> {
  const where = { logIndex, uuid: toHex(hashLeaf(body)) };
  try {
    const { kind, version, verifiers, hashes } = readMembers(body);
    const who = await Promise.all(verifiers.map(readOrReason));
    const all = who.filter((one) => typeof one !== 'string');
    const entry = {
      hashes,
      certificates: all.flatMap(({ certificates }) => certificates),
      subjects: all.flatMap(({ subjects }) => subjects),
      fingerprints: all.flatMap(({ fingerprints }) => fingerprints),
    };
    const matches = matchesIn(entry, matchers);
    if (matches.length > 0) return { type: 'match', ...where, kind: `${kind}:${version}`, matches };
    const reason = who.find((one) => typeof one === 'string') ?? tooLong(entry, matchers);
    return reason === undefined ? undefined : { type: 'unreadable', ...where, reason };
  } catch (error) {
    return { type: 'unreadable', ...where, reason: reasonOf(error) };
  }
}

/** The reason why expressions were not compared with all that the entry names. */
function tooLong({ subjects, certificates }: WatchedEntry, matchers: readonly Matcher[]): string | undefined {
  if (!matchers.some(({ type }) => type === 'certIdentity' || type === 'subject')) return undefined;
  const names = [...subjects, ...certificates.map(({ issuer = '' }) => issuer)];
  const long = names.find((name) => name.length > LONGEST_NAME);
  return (
    long && `it has a name of ${long.length} characters, and ${LONGEST_NAME} are compared with an expression at most`
  );
}

async function readOrReason(content: Uint8Array): Promise<Identities | string> {
  try {
    return await readIdentities(content);
  } catch (error) {
    return reasonOf(error);
  }
}

/** A fault of this program in one strange entry is told like the entry's own: it must not hide the entries behind it. */
function reasonOf(error: unknown): string {
  if (error instanceof Failure) return error.message;
  return `it cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}
