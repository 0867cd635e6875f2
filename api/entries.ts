import { toBase64, utf8 } from '../base/bytes.ts';
import { canonicalJson } from '../base/canonical-json.ts';
import { fails, HOLDS, type Verdict } from '../base/verdict.ts';
import { judge, type Opened } from '../client/judge.ts';
import { verifyTrustedRekorEntry } from '../client/rekor-v1.ts';
import { verifyTrustedLogEntry } from '../client/rekor-v2.ts';
import { isRekorKey, rekorLogId } from '../client/trusted-keys.ts';
import { countOf } from './bytes.ts';
import { ecdsa } from './ecdsa.ts';
import { headIn, type OpenedHead } from './notes.ts';
import { type Trust, trustedKeys } from './trust.ts';

/** Members that a signed entry timestamp is over: rekor-v1 §7. */
export interface Promised {
  /** Canonical. */
  readonly body: Uint8Array;
  /** Seconds since 1970. */
  readonly integratedTime: number;
  /** 64 hex digits. */
  readonly logID: string;
  /** In the whole log. */
  readonly logIndex: number;
}

/** Whether a log of Rekor v1 has promised, by its signed entry timestamp, to hold an entry. */
export function verifySet(promised: Promised, signedEntryTimestamp: Uint8Array, trust: Trust): Verdict {
  return judge(() => {
    const { body, logID, integratedTime, logIndex } = promised;
    const key = trustedKeys(trust).find((one) => isRekorKey(one) && rekorLogId(one) === logID);
    if (key === undefined) return fails(`the log ${logID} is not trusted`);
    const times = {
      integratedTime: countOf(integratedTime, 'integratedTime'),
      logIndex: countOf(logIndex, 'logIndex'),
    };
    const signed = utf8(canonicalJson({ body: toBase64(body), logID, ...times }));
    return ecdsa(key.spki, signed, signedEntryTimestamp) ? HOLDS : fails('the signed entry timestamp does not verify');
  });
}

/** An entry that is in a log. Whether it is of the artifact that is asked about is for the caller to see. */
export interface LoggedEntry extends OpenedHead {
  /** Canonical. */
  readonly body: Uint8Array;
  /** In the tree of its shard. */
  readonly index: number;
}

/**
 * Whether an entry of Rekor v1 is in a trusted log: its id, signed entry timestamp, checkpoint and inclusion proof have to hold.
 *
 * @param answer - of `GET /api/v1/log/entries/…`, parsed: one member, whose name is the id
 */
export function verifyRekorEntry(answer: unknown, trust: Trust): Opened<LoggedEntry> {
  return judge(() => {
    const members = typeof answer === 'object' && answer !== null ? Object.entries(answer) : [];
    const [member] = members;
    if (member === undefined || members.length > 1)
      return fails(`the answer has ${members.length} entries, and not one`);
    return loggedEntry(verifyTrustedRekorEntry(member[0], member[1], trustedKeys(trust), ecdsa));
  });
}

/** Whether an entry of Rekor v2 is in a trusted log. @param entry - a TransparencyLogEntry in proto3 JSON, parsed */
export function verifyLogEntry(entry: unknown, trust: Trust): Opened<LoggedEntry> {
  return judge(() => loggedEntry(verifyTrustedLogEntry(entry, trustedKeys(trust), ecdsa)));
}

function loggedEntry(included: ReturnType<typeof verifyTrustedLogEntry>): Opened<LoggedEntry> {
  if (!included.holds) return included;
  const { body, index } = included;
  return { holds: true, body, index, ...headIn(included) };
}
