import { join } from 'node:path';
import { foldersOfKeys, isElsewhere } from '../../../host/keys/key-place.ts';
import { changesOfPlace } from '../../../host/folder/folder-identity.ts';
import { readRestoredMark } from '../../../host/folder/restored.ts';
import type { Settings } from '../../../host/settings/table.ts';
import { engineOf } from '../../../storage/engines/index.ts';
import { diskState, heldBy, type ShardState, shardStates } from '../../operate/folder-state.ts';
import { bad, type Finding, good } from './finding.ts';
import { privateFile, sentenceOf } from './machine-checks.ts';

/** Everything about a data folder. */
export async function folderFindings(settings: Settings): Promise<readonly Finding[]> {
  const { data, heads, rekorKey, c2spKey, witnessKey } = settings;
  if (!engineOf(data).exists(data))
    return [bad('data', `${data} holds no log`, 'name its folder with --data, or begin one with stele serve')];
  const keys = [rekorKey, c2spKey].filter((at) => !isElsewhere(at));
  const files = [data, ...foldersOfKeys([c2spKey]), ...keys, witnessKey, join(data, 'tokens.json')];
  return [
    ...files.flatMap(privateFile),
    disk('data', data, settings),
    disk('heads', heads, settings),
    lock(data),
    ...place(settings),
    ...(await shards(settings)),
  ];
}

function disk(name: string, folder: string, settings: Settings): Finding {
  const check = `disk of --${name}`;
  try {
    const { free, floor } = diskState(folder, settings);
    const what = `${folder}: ${free} bytes free; no entry is taken below ${Math.ceil(floor)}`;
    if (free > 2 * floor) return good(check, what);
    return bad(check, what, 'make room, or give the folder a larger disk');
  } catch (error) {
    return bad(check, sentenceOf(error), `put ${folder} back, or name it with --${name}`);
  }
}

/** A lock that is held is a server at work: no fault. */
function lock(data: string): Finding {
  return good('lock', heldBy(data) ?? `no process has ${data}`);
}

function place({ data, volume }: Settings): readonly Finding[] {
  const mark = readRestoredMark(data);
  if (mark !== undefined)
    return [
      bad('place', `${data} was restored from ${mark.from} and may not sign yet`, 'docs/backup.md says when it may'),
    ];
  const changes = volume === 'fixed' ? changesOfPlace(data) : [];
  if (changes.length === 0) return [good('place', `${data} is where this log was written`)];
  return [
    bad(
      'place',
      `${data} is not where this log was written: ${changes.join('; ')}`,
      'stele recover says what can be done',
    ),
  ];
}

/** Format of the stored data, heads and head journals. */
async function shards(settings: Settings): Promise<readonly Finding[]> {
  try {
    return (await shardStates(settings)).flatMap((shard) => [
      good('data format', `${shard.origin}: ${shard.size} entries, readable by this version`),
      journal(shard),
    ]);
  } catch (error) {
    return [bad('data format', sentenceOf(error), 'keep the folder as it is, and do what the sentence says')];
  }
}

function journal({ origin, size, journal: { path, size: kept, damage } }: ShardState): Finding {
  const check = 'journal';
  if (damage !== undefined) return bad(check, damage, 'put back a copy of the journal; stele recover says what else');
  if (kept === undefined && size > 0)
    return bad(
      check,
      `${path} is missing or empty, and ${origin} has ${size} entries`,
      'put it back, or name its folder with --heads',
    );
  if (kept !== undefined && kept > size)
    return bad(
      check,
      `${path} names a head of ${kept} entries, and ${origin} has ${size}`,
      'this copy is old: put back the newest one; stele recover says what else',
    );
  return good(check, `${path} ends at ${kept ?? 0} of ${size} entries`);
}
