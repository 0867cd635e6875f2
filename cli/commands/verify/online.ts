import type { LogEntry } from '../../../client/http/log-client.ts';
import { NotFound } from '../../../client/http/failures.ts';
import { checkBody } from '../../entry/check-body.ts';
import type { ReadEntry } from '../../entry/read-entry.ts';
import { placeJson } from '../../entry/render.ts';
import type { Run } from '../../frame/command.ts';
import { CheckFailed, UsageFault } from '../../frame/exit-codes.ts';
import { openLog, type OpenedLog } from '../../log/open-log.ts';
import type { verify } from './about.ts';
import { referenceOf } from './expected.ts';
import { placeOf, timesOf, type Verified } from './verified.ts';

type Table = typeof verify.options;

const SIGNATURE = 'signature';

/** Looks a signature up in the log. @throws NotFound, CheckFailed */
export async function verifyLogged(asked: Run<Table>, read: ReadEntry): Promise<Verified> {
  const log = await openLog(asked);
  const entry = await find(log, asked, read);
  await log.follow(log.client, entry.head);
  const checked = [SIGNATURE, ...proofsOf(entry)];
  return { place: placeJson(entry), at: placeOf(entry), checked, times: timesOf(entry), isOffline: false };
}

/** An entry as it stands in the log. */
export async function verifyEntry(asked: Run<Table>): Promise<Verified> {
  const reference = referenceOf(asked.options);
  if (reference === undefined)
    throw new UsageFault('nothing to verify: give FILE with --signature or --bundle, or --index');
  const log = await openLog(asked);
  const entry = await log.client.entry(reference);
  const { signature } = checkBody(entry.body);
  await log.follow(log.client, entry.head);
  const checked = [...(signature === 'holds' ? [SIGNATURE] : []), ...proofsOf(entry)];
  const left = signature === 'holds' ? undefined : `the signature in it was not checked: ${signature}`;
  return { place: placeJson(entry), at: placeOf(entry), checked, times: [], isOffline: false, left };
}

/** The entry in the log that a signature makes. @throws NotFound, CheckFailed */
async function find({ client }: OpenedLog, { options }: Run<Table>, { name, prepared }: ReadEntry): Promise<LogEntry> {
  const uuids = [prepared.rekorV1, prepared.rekorV2].flatMap((form) => form?.uuid ?? []);
  const reference = referenceOf(options);
  if (reference !== undefined) {
    const entry = await client.entry(reference);
    if (uuids.includes(entry.uuid)) return entry;
    throw new CheckFailed(`entry ${entry.logIndex} is not one of ${name} with this signature and key`);
  }
  for (const uuid of uuids) {
    try {
      return await client.entry({ by: 'id', id: uuid });
    } catch (error) {
      if (!(error instanceof NotFound)) throw error;
    }
  }
  throw new NotFound(`${name}: the signature is right, but the log at ${client.base} has no entry of it`);
}

function proofsOf({ promise }: LogEntry): readonly string[] {
  return ['inclusion proof', 'checkpoint', ...(promise === undefined ? [] : ['signed entry timestamp'])];
}
