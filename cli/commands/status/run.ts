import { statSync } from 'node:fs';
import { toHex } from '../../../base/bytes.ts';
import { RefusedByLog } from '../../../client/http/failures.ts';
import type { LogClient } from '../../../client/http/log-client.ts';
import { readJson } from '../../../client/http/transport.ts';
import type { CommandModule, Run } from '../../frame/command.ts';
import { UsageFault } from '../../frame/exit-codes.ts';
import { openLog, transportTo } from '../../log/open-log.ts';
import type { status } from './about.ts';

type Asked = Run<typeof status.options>;

/** The storage engines are loaded for a data folder alone. */
export const run: CommandModule<typeof status.options>['run'] = async (asked) => {
  const { options, globals, output } = asked;
  if (globals.server === undefined && options.data === undefined)
    throw new UsageFault('say which log: --server URL, --data FOLDER, or both');
  const json = await statuses(asked, Date.now() / 1000);
  output.result(json, `${linesOf(json).join('\n')}\n`);
  return json.server?.ready === false ? 1 : 0;
};

async function statuses(asked: Asked, now: number): Promise<Statuses> {
  const { options, globals } = asked;
  return {
    ...(globals.server !== undefined && { server: await serverStatus(asked, now) }),
    ...(options.data !== undefined && { folder: await folderStatus(asked, now) }),
    ...(options.backup !== undefined && { backup: backupStatus(options.backup, now) }),
  };
}

async function serverStatus(asked: Asked, now: number) {
  const transport = transportTo(asked.globals.server, asked, 0);
  const answer = await transport.ask('/readyz');
  const said = [200, 503].includes(answer.status) ? (readJson(answer) as { ready?: boolean; checks?: object }) : {};
  const log = await openLog(asked);
  const head = await log.client.head();
  await log.follow(log.client, head);
  const { origin, size, root } = head.checkpoint;
  const { ready, checks } = said;
  const ageSeconds = ageOf(await newestTime(log.client, size), now);
  const tree = { origin, treeSize: size, rootHash: toHex(root), ageSeconds };
  return { base: log.base, ready: ready ?? null, checks: checks ?? {}, ...tree };
}

/** Seconds since 1970 at which the newest entry was logged. Undefined where the API keeps no times, or the entry may not be read. */
async function newestTime(client: LogClient, size: number): Promise<number | undefined> {
  if (client.api !== 'rekor-v1' || size === 0) return undefined;
  try {
    const ended = await client.endedShards();
    const offset = ended.reduce((sum, { checkpoint }) => sum + checkpoint.size, 0);
    const { promise } = await client.entry({ by: 'index', index: offset + size - 1 });
    return promise?.integratedTime;
  } catch (error) {
    if (error instanceof RefusedByLog) return undefined;
    throw error;
  }
}

async function folderStatus({ options }: Asked, now: number) {
  const { settingsOf } = await import('../../operate/command.ts');
  const { bytesBelow, diskState, heldBy, shardStates } = await import('../../operate/folder-state.ts');
  const settings = settingsOf(options);
  const shards = (await shardStates(settings)).map(({ at, ...shard }) => ({ ...shard, ageSeconds: ageOf(at, now) }));
  const { data } = settings;
  const { free, floor } = diskState(data, settings);
  return { data, bytes: bytesBelow(data), free, floor, heldBy: heldBy(data) ?? null, shards };
}

function backupStatus(folder: string, now: number) {
  const manifest = statSync(`${folder}/manifest.json`, { throwIfNoEntry: false });
  if (manifest === undefined) throw new UsageFault(`--backup ${folder}: no backup is there`);
  return { folder, ageSeconds: ageOf(manifest.mtimeMs / 1000, now) };
}

const ageOf = (at: number | undefined, now: number): number | null =>
  at === undefined ? null : Math.max(0, Math.round(now - at));

interface Statuses {
  readonly server?: Awaited<ReturnType<typeof serverStatus>>;
  readonly folder?: Awaited<ReturnType<typeof folderStatus>>;
  readonly backup?: ReturnType<typeof backupStatus>;
}

function linesOf({ server, folder, backup }: Statuses): readonly string[] {
  return [
    ...(server ? serverLines(server) : []),
    ...(folder ? folderLines(folder) : []),
    ...(backup ? [`backup    ${backup.folder}: ${backup.ageSeconds} s old`] : []),
  ];
}

function serverLines(server: NonNullable<Statuses['server']>) {
  const { base, ready, checks, origin, treeSize, rootHash, ageSeconds } = server;
  const said = ready === null ? 'does not say whether it is ready' : 'NOT READY';
  return [
    `server    ${base}: ${ready === true ? 'ready' : said}`,
    ...Object.entries(checks).map(([name, state]) => `          ${name}: ${state}`),
    `log       ${origin}, ${treeSize} entries${ageSeconds === null ? '' : `, newest ${ageSeconds} s old`}, root ${rootHash}`,
  ];
}

function folderLines({ data, bytes, free, floor, heldBy, shards }: NonNullable<Statuses['folder']>) {
  return [
    `folder    ${data}: ${mib(bytes)}, ${mib(free)} free, floor ${mib(floor)}`,
    `lock      ${heldBy ?? 'no process has it'}`,
    ...shards.flatMap(({ origin, size, ageSeconds, isFrozen, journal: { path, size: end, damage } }) => {
      const age = ageSeconds === null ? '' : `, newest head ${ageSeconds} s old`;
      const shard = `shard     ${origin}: ${size} entries${age}${isFrozen ? ', frozen' : ''}`;
      return [shard, `journal   ${path}: ${damage ?? `ends at ${end ?? 'nothing'}`}`];
    }),
  ];
}

const mib = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
