import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { toHex } from '../../../base/bytes.ts';
import { STELE } from '../../../base/stele-command.ts';
import { type ImportedMark, readImportedMark, writeImportedMark } from '../../../host/folder/imported.ts';
import { recordBegunShard } from '../../../host/shards/begun-shards.ts';
import { addShardFolder, shardFolders } from '../../../host/shards/shard-folders.ts';
import type { LogIdentity } from '../../../storage/identity.ts';
import { makePrivateFolder } from '../../../storage/folders.ts';
import type { CommandModule, Run } from '../../frame/command.ts';
import { CheckFailed, UsageFault } from '../../frame/exit-codes.ts';
import { openLog } from '../../log/open-log.ts';
import type { importLog } from './about.ts';
import type { SourceTree } from './source-tree.ts';
import { sourceTrees } from './source-trees.ts';
import { TargetShard } from './target-shard.ts';

type Asked = Run<typeof importLog.options>;

interface ImportedShard {
  readonly origin: string;
  readonly api: 'rekor-v1' | 'tiles';
  readonly treeId: string;
  readonly treeSize: number;
  readonly rootHash: string;
  readonly offset: number;
  readonly added: number;
}

export const run: CommandModule<typeof importLog.options>['run'] = async (asked) => {
  const { options, words, output } = asked;
  const { into } = options;
  if (into === undefined) throw new UsageFault('say where to: --into FOLDER');
  requireImport(into);
  const log = await openLog(asked, words[0] === undefined ? {} : { server: words[0] });
  const trees = await sourceTrees(asked, log);
  const shards: ImportedShard[] = [];
  for (const [i, tree] of trees.entries())
    shards.push(await importTree(asked, tree, { into, number: i + 1, from: log.base }));
  const mark = readImportedMark(into);
  if (mark?.isWhole === false) writeImportedMark(into, { ...mark, isWhole: true });
  const lines = shards.map(
    ({ origin, treeId, treeSize, rootHash, added }) =>
      `${origin} (tree ${treeId}): ${treeSize} entries under the root ${rootHash}, ${added} of them new\n`,
  );
  output.result({ into, shards }, lines.join(''));
  output.remark(`serve it with: ${STELE} serve --read-only --data ${into}`);
  return 0;
};

/** @throws UsageFault for a folder that is in use for something else */
function requireImport(into: string): void {
  makePrivateFolder(into);
  if (readImportedMark(into) === undefined && readdirSync(into).length > 0)
    throw new UsageFault(`--into ${into}: it is not empty, and holds no import: name an empty folder or a new one`);
}

interface Place {
  readonly into: string;
  /** Of the shard; 1 for the first. */
  readonly number: number;
  /** Address of the log. */
  readonly from: string;
}

async function importTree(asked: Asked, tree: SourceTree, place: Place): Promise<ImportedShard> {
  const folder = folderOf(place, tree.identity);
  const mark = markOf(folder, tree, place.from);
  const now = (): number => Math.floor(Date.now() / 1000);
  await using target = await TargetShard.open(folder, tree.identity, now());
  const { origin, treeId, offset } = tree.identity;
  if (place.number > 1) recordBegunShard([place.into], { number: place.number, origin, treeId });
  const before = target.head.size;
  await requireGrown(tree, target, folder);
  await copyEntries(asked, tree, target, now);
  const { checkpoint } = tree.head;
  target.requireRoot(checkpoint, place.from);
  const shown = await target.shown();
  const kept = mark.heads.filter(({ size }) => size <= shown && size < checkpoint.size);
  writeImportedMark(folder, { ...mark, from: place.from, heads: [...kept, tree.notes] });
  await target.show();
  const api = tree.client.api === 'rekor-v1' ? 'rekor-v1' : 'tiles';
  const { size: treeSize, root } = checkpoint;
  return { origin: checkpoint.origin, api, treeId, treeSize, rootHash: toHex(root), offset, added: treeSize - before };
}

/** Entries that were imported before have to be the beginning of the tree. @throws CheckFailed, and nothing was written */
async function requireGrown({ client, head }: SourceTree, target: TargetShard, folder: string): Promise<void> {
  const { checkpoint } = head;
  const { size, root } = target.head;
  if (size > checkpoint.size)
    throw new CheckFailed(
      `${client.base} shows ${checkpoint.size} entries, and ${folder} has ${size} of them: it has gone back`,
    );
  if (size === 0 || size === checkpoint.size) return;
  const verdict = await client.extends({ note: '', checkpoint: { ...checkpoint, size, root } }, head);
  if (!verdict.holds)
    throw new CheckFailed(
      `${client.base} does not begin with the ${size} entries that were imported from it into ${folder}: ${verdict.reason}. stele audit says more`,
    );
}

async function copyEntries({ output }: Asked, tree: SourceTree, target: TargetShard, now: () => number): Promise<void> {
  const { size: total } = tree.head.checkpoint;
  if (target.head.size === total) return;
  const reader = await tree.open();
  while (target.head.size < total) {
    const from = target.head.size;
    await target.append(await reader.read({ from, to: reader.endOf(from) }), now());
    output.progress({ done: target.head.size, total, unit: 'entries' });
  }
}

/** Folder of a shard, which is made. */
function folderOf({ into, number }: Place, { origin }: Pick<LogIdentity, 'origin'>): string {
  if (number === 1) return into;
  const find = (): string | undefined =>
    shardFolders(into, join(into, 'no heads')).find((one) => one.number === number)?.folder;
  const found = find();
  if (found !== undefined) return found;
  addShardFolder(into, number, origin);
  return find() as string;
}

/** The mark of a shard's folder, which is written before anything else in it. @throws UsageFault for that of another log */
function markOf(folder: string, { head }: SourceTree, from: string): ImportedMark {
  const { origin } = head.checkpoint;
  const mark = readImportedMark(folder);
  if (mark === undefined) {
    const begun = { from, origin, isWhole: false, heads: [] };
    writeImportedMark(folder, begun);
    return begun;
  }
  if (mark.origin === origin) return mark;
  throw new UsageFault(`${folder} holds entries of ${mark.origin}, and not of ${origin}: name another folder`);
}
