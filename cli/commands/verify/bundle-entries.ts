import { toHex } from '../../../base/bytes.ts';
import { type BundleEntry, openBundleEntry } from '../../../client/bundle/bundle-entry.ts';
import { hashLeaf } from '../../../merkle/hash.ts';
import { promisedTimes } from '../../../client/bundle/bundle-material.ts';
import type { ReadEntry } from '../../entry/read-entry.ts';
import { isEntryOf } from '../../entry/same-entry.ts';
import type { Run } from '../../frame/command.ts';
import { CheckFailed } from '../../frame/exit-codes.ts';
import { ecdsa } from '../../log/ecdsa.ts';
import { knownKeys } from '../../log/known-keys.ts';
import type { Verified } from './verified.ts';

/** Verifies the log entries in a bundle: each has to hold, and to be one of the bundle's signature. @throws CheckFailed, UsageFault */
export async function verifyBundleEntries(
  asking: Pick<Run, 'globals' | 'machine' | 'output'>,
  read: ReadEntry,
  claimed: readonly unknown[],
): Promise<Verified> {
  const { name } = read;
  const { keys, isOffline } = await knownKeys(asking);
  const entries = claimed.map((value, i): BundleEntry => {
    const verdict = openBundleEntry(value, keys, ecdsa);
    const where = `tlogEntries.${i} of the bundle`;
    if (!verdict.holds) throw new CheckFailed(`${name}: ${where} does not hold: ${verdict.reason}`);
    if (isEntryOf(verdict.body, read)) return verdict;
    throw new CheckFailed(`${name}: ${where} is an entry of another signature`);
  });
  const [first] = entries;
  if (first === undefined) throw new Error('a bundle without entries is looked up in the log');
  return { ...verifiedOf(first), isOffline, times: promisedTimes(entries) };
}

function verifiedOf({ body, logIndex, head, integratedTime }: BundleEntry): Omit<Verified, 'isOffline' | 'times'> {
  const proof = head === undefined ? [] : ['inclusion proof', 'checkpoint'];
  const where = head === undefined ? 'a log' : `${head.checkpoint.origin}, ${head.checkpoint.size} entries`;
  return {
    place: { logIndex, uuid: toHex(hashLeaf(body)), ...(head !== undefined && { origin: head.checkpoint.origin }) },
    at: `entry ${logIndex} of ${where}`,
    checked: ['signature', ...proof, ...(integratedTime !== undefined ? ['signed entry timestamp'] : [])],
  };
}
