import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type Verdict } from '../base/verdict.ts';
import { parsePolicy } from '../checkpoint/policy/parse.ts';
import { verifyCheckpoint } from '../client/checkpoint.ts';
import { VerifiedTree } from '../client/verified-tree.ts';
import { formatTilePath, type TileResource } from '../merkle/tile-path.ts';

/* Follows a log from one checkpoint to the next: each has to be a tree that begins with the one before. */

const [policyFile = '', log = '', seenFile = ''] = process.argv.slice(2);
const policy = parsePolicy(readFileSync(policyFile));

/** @throws Error unless the answer is 200 */
async function get(path: string): Promise<Uint8Array> {
  const response = await fetch(`${log}/${path}`);
  if (response.status !== 200) throw new Error(`${log}/${path} answers ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

const resource = (wanted: TileResource): Promise<Uint8Array> => get(`tile/${formatTilePath(wanted)}`);
const tiles = {
  tile: (id, width) => resource({ what: 'tile', id, width }),
  bundle: (number, width) => resource({ what: 'entries', number, width }),
} satisfies Parameters<typeof VerifiedTree.open>[0];

/** Writes the log's checkpoint to the file of the last one, once it has been found to extend that. */
async function follow(): Promise<Verdict> {
  const note = await get('checkpoint');
  const now = verifyCheckpoint(note, policy);
  if (!now.holds) return now;
  const tree = await VerifiedTree.open(tiles, now.checkpoint);
  const before = existsSync(seenFile) ? verifyCheckpoint(readFileSync(seenFile), policy) : undefined;
  if (before?.holds === false) return before;
  const verdict = before === undefined ? now : await tree.extends(before.checkpoint);
  if (!verdict.holds) return verdict; // keep both checkpoints: together they prove what the log did
  writeFileSync(seenFile, note);
  const first =
    before === undefined ? 'seen for the first time' : `begins with the ${before.checkpoint.size} seen before`;
  process.stdout.write(`${now.checkpoint.origin}: ${now.checkpoint.size} entries, ${first}\n`);
  return verdict;
}

const followed = await follow();
if (!followed.holds) {
  process.stderr.write(`${log}: ${followed.reason}\n`);
  process.exitCode = 1;
}
