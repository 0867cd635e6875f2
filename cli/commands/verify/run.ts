import type { LogEntry } from '../../../client/http/log-client.ts';
import { NotFound } from '../../../client/http/failures.ts';
import { checkBody } from '../../entry/check-body.ts';
import { type ReadEntry, readEntry } from '../../entry/read-entry.ts';
import { placeJson } from '../../entry/render.ts';
import type { CommandModule, Run } from '../../frame/command.ts';
import { CheckFailed, type ExitCode, UsageFault } from '../../frame/exit-codes.ts';
import { openLog, type OpenedLog } from '../../log/open-log.ts';
import { parseReference } from '../../log/reference.ts';
import type { verify } from './about.ts';
import { verifyBundleEntries } from './bundle-entries.ts';
import { verifyProof } from './offline.ts';
import { certificateCheck } from './certificate.ts';
import { placeOf, timesOf, type Verified } from './verified.ts';

type Table = typeof verify.options;

const SIGNATURE = 'signature';

export const run: CommandModule<Table>['run'] = async (asked) => {
  const { signature, bundle, proof, digest } = asked.options;
  const [file] = asked.words;
  const isArtifact = (file ?? digest ?? bundle) !== undefined;
  if (!isArtifact && proof === undefined && signature === undefined) return tell(asked, await verifyEntry(asked));
  const { kind, key, certificate } = asked.options;
  const read = await readEntry({ file, digest, signature, bundle, key, certificate, kind });
  const checkCertificate = certificateCheck(asked, read);
  return tell(asked, checkCertificate(await verifyRead(asked, read)));
};

async function verifyRead(asked: Run<Table>, read: ReadEntry): Promise<Verified> {
  const { proof } = asked.options;
  if (proof !== undefined) return verifyProof(asked, read, proof);
  const claimed = read.bundle?.tlogEntries ?? [];
  if (claimed.length > 0) return verifyBundleEntries(asked, read, claimed);
  const log = await openLog(asked);
  const entry = await find(log, asked, read);
  await log.follow(log.client, entry.head);
  const checked = [SIGNATURE, ...proofsOf(entry)];
  return { place: placeJson(entry), at: placeOf(entry), checked, times: timesOf(entry), isOffline: false };
}

/** An entry as it stands in the log. */
async function verifyEntry(asked: Run<Table>): Promise<Verified> {
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

function referenceOf({ index, uuid }: Run<Table>['options']) {
  if (index !== undefined && uuid !== undefined) throw new UsageFault('give --index or --uuid, and not both');
  if (index !== undefined) return { by: 'index', index } as const;
  return uuid === undefined ? undefined : parseReference(uuid);
}

function proofsOf({ promise }: LogEntry): readonly string[] {
  return ['inclusion proof', 'checkpoint', ...(promise === undefined ? [] : ['signed entry timestamp'])];
}

function tell({ output }: Run<Table>, { place, at, checked, isOffline, left, signer }: Verified): ExitCode {
  const by = signer === undefined ? '' : `; signed by ${signer.subjects.join(', ')} (${signer.issuer})`;
  const text = `verified: ${at}${by}; checked: ${checked.join(', ')}${left === undefined ? '' : `; ${left}`}\n`;
  const json = { verified: true, entries: [place], checked, offline: isOffline, ...(signer && { signer }) };
  output.result(left === undefined ? json : { ...json, unchecked: left }, text);
  return 0;
}
