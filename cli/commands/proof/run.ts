import { toHex } from '../../../base/bytes.ts';
import { formatTlogProof } from '../../../checkpoint/proof/tlog-proof.ts';
import { parseNote } from '../../../checkpoint/note.ts';
import type { LogEntry } from '../../../client/http/log-client.ts';
import { logIndex } from '../../../merkle/types.ts';
import { placeJson } from '../../entry/render.ts';
import { named } from '../../files/input.ts';
import type { CommandModule, Run } from '../../frame/command.ts';
import { type ExitCode, UsageFault } from '../../frame/exit-codes.ts';
import { openLog, type OpenedLog } from '../../log/open-log.ts';
import { parseReference } from '../../log/reference.ts';
import { writeWhole } from '../../state/whole-file.ts';
import type { proof } from './about.ts';

type Table = typeof proof.options;

export const run: CommandModule<Table>['run'] = async (asked) => {
  const { from, to } = asked.options;
  const [word] = asked.words;
  if (word === undefined && from === undefined)
    throw new UsageFault('name an entry, or two sizes with --from and --to');
  if (word !== undefined && (from ?? to) !== undefined)
    throw new UsageFault('name an entry or two sizes, and not both');
  return word === undefined ? consistency(asked, from ?? 1, to) : inclusion(asked, word);
};

async function inclusion(asked: Run<Table>, word: string): Promise<ExitCode> {
  const reference = parseReference(word);
  const log = await openLog(asked);
  const entry = await provable(log, await log.client.entry(reference));
  const { index, hashes, head } = entry;
  const text = formatTlogProof({ index: logIndex(index), hashes, note: parseNote(head.note) });
  const { into } = asked.options;
  const json = { ...placeJson(entry), proof: text };
  if (into === undefined) asked.output.result(json, text);
  else {
    named(`--into ${into}`, () => writeWhole(into, text, 0o644));
    asked.output.result({ ...json, into }, `${into}: entry ${entry.logIndex} of ${head.checkpoint.origin}\n`);
  }
  return 0;
}

/** The same entry under the checkpoint of the tiles where there is one, which has the cosignatures; it has an index of its own. */
async function provable({ client, tiles }: OpenedLog, entry: LogEntry): Promise<LogEntry> {
  if (tiles === undefined || client.api !== 'rekor-v1') return entry;
  const { checkpoint } = await tiles.head();
  if (checkpoint.size <= entry.index) return entry; // of a shard that has ended
  const own = await tiles.entry({ by: 'index', index: entry.index });
  return own.uuid === entry.uuid ? { ...own, logIndex: entry.logIndex } : entry;
}

async function consistency(asked: Run<Table>, from: number, to: number | undefined): Promise<ExitCode> {
  const log = await openLog(asked);
  const client = log.tiles ?? log.client;
  const head = await client.head();
  const last = to ?? head.checkpoint.size;
  if (from > last) throw new UsageFault(`--from ${from} is larger than the other size, which is ${last}`);
  const { from: old, to: now, hashes } = await client.consistency(from, last);
  await log.follow(client, head);
  const sizes = { firstSize: old.size, firstRoot: toHex(old.root), lastSize: now.size, rootHash: toHex(now.root) };
  const text = hashes.map(toHex);
  asked.output.result(
    { origin: head.checkpoint.origin, ...sizes, hashes: text },
    text.map((hash) => `${hash}\n`).join(''),
  );
  return 0;
}
