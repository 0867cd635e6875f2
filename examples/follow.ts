import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fails } from '../base/verdict.ts';
import { parsePolicy } from '../checkpoint/policy/parse.ts';
import type { Policy } from '../checkpoint/policy/policy.ts';
import { verifyCheckpoint } from '../client/checkpoint.ts';
import { VerifiedTree } from '../client/verified-tree.ts';
import { formatTilePath, type TileResource } from '../merkle/tile-path.ts';
import { runExample } from './run-example.ts';

/* Follows a log from one checkpoint to the next: each has to be a tree that begins with the one before. */

await runExample('POLICY LOG SEEN', async (policyFile = '', log = '', seenFile = '') => {
  const policy = parsePolicy(readFileSync(policyFile));
  const note = await get(log, 'checkpoint');
  const now = verifyCheckpoint(note, policy);
  if (!now.holds) return fails(`${log}: ${now.reason}`);
  const before = checkpointIn(seenFile, policy);
  if (before?.holds === false) return fails(`${seenFile}: ${before.reason}`);

  const tree = await VerifiedTree.open(tilesOf(log), now.checkpoint);
  const verdict = before === undefined ? now : await tree.extends(before.checkpoint);
  // Keep both checkpoints: together they prove what the log did.
  if (!verdict.holds) return fails(`${log}: ${verdict.reason}`);

  writeFileSync(seenFile, note);
  const first =
    before === undefined ? 'seen for the first time' : `begins with the ${before.checkpoint.size} seen before`;
  return `${now.checkpoint.origin}: ${now.checkpoint.size} entries, ${first}`;
});

/** Undefined if there is no such file. */
function checkpointIn(file: string, policy: Policy): ReturnType<typeof verifyCheckpoint> | undefined {
  return existsSync(file) ? verifyCheckpoint(readFileSync(file), policy) : undefined;
}

/** @throws Error unless the answer is 200 */
async function get(log: string, path: string): Promise<Uint8Array> {
  const response = await fetch(`${log}/${path}`);
  if (response.status !== 200) throw new Error(`${log}/${path} answers ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

function tilesOf(log: string): Parameters<typeof VerifiedTree.open>[0] {
  const resource = (wanted: TileResource): Promise<Uint8Array> => get(log, `tile/${formatTilePath(wanted)}`);
  return {
    tile: (id, width) => resource({ what: 'tile', id, width }),
    bundle: (number, width) => resource({ what: 'entries', number, width }),
  };
}
