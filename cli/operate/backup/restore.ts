import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { writeDurably } from '../../../host/folder/durable-file.ts';
import { recordBegunShard } from '../../../host/shards/begun-shards.ts';
import { addShardFolder, shardFolders } from '../../../host/shards/shard-folders.ts';
import { UnfitStep } from '../../../log/backup/failures.ts';
import { Replay } from '../../../log/backup/replay.ts';
import { LogRefused } from '../../../log/failures.ts';
import type { LogIdentity } from '../../../storage/identity.ts';
import type { CopyPart } from '../../../storage/record-files/reader.ts';
import { engineOf } from '../../../storage/engines/index.ts';
import { RESTORED_TOKEN } from '../../../storage/journal.ts';
import { makePrivateFolder } from '../../../storage/folders.ts';
import type { Step } from '../../../storage/records/step.ts';
import { say } from '../command.ts';
import { shardOf } from '../../../host/shards/read-shards.ts';
import { keyFile } from './keys.ts';
import { damaged, holdsNoLog } from './verify.ts';

/** Files of a log that are made of a copy, part by part. Durable once it has ended. */
export class Restore implements AsyncDisposable {
  readonly #data: string;
  readonly #folders = new Map<number, string>();
  readonly #lines: string[] = [];
  #number = 0;
  #replay: Replay | undefined;
  #open = new AsyncDisposableStack();
  #entries = 0;

  /** @param data - the folder, which is there */
  constructor(data: string) {
    this.#data = data;
  }

  /** Entries so far. */
  get entries(): number {
    return this.#entries + (this.#replay?.size ?? 0);
  }

  /** @throws BackupRefused for a folder that holds something else, and for what does not fit together */
  async take(part: CopyPart): Promise<void> {
    switch (part.part) {
      case 'shard':
        await this.#endShard();
        this.#number = part.shard;
        return;
      case 'steps':
        for (const step of part.steps) await this.#step(step, part.where);
        return;
      case 'key':
        await this.#endShard();
        return this.#key(part);
    }
  }

  /** @returns lines that say what was restored */
  async end(): Promise<readonly string[]> {
    await this.#endShard();
    if (!this.#folders.has(1)) throw holdsNoLog('the backup');
    return this.#lines;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open.disposeAsync();
  }

  async #step(step: Step, where: string): Promise<void> {
    try {
      if (step.op === 'create') this.#replay ??= await this.#begin(step.identity);
      if (this.#replay === undefined) throw new UnfitStep('the steps do not begin with the identity of a log');
      await this.#replay.take(step);
    } catch (error) {
      throw error instanceof UnfitStep ? damaged(`${where}: ${error.message}`) : error;
    }
  }

  async #begin({ origin, treeId }: LogIdentity): Promise<Replay> {
    const folder = this.#folderOf(origin, treeId);
    this.#folders.set(this.#number, folder);
    const owner = `restore, process ${process.pid} on ${hostname()}`;
    const store = this.#open.use(await engineOf(folder).open(folder, { owner, announce: say, isUnsynced: true }));
    const document = (text: string): void => writeDurably(join(folder, 'birth.json'), text);
    for (const journal of ['heads', 'witness'] as const)
      await store.hold(journal, { token: RESTORED_TOKEN, before: undefined });
    return Replay.into({ store, shardOf, document, folder });
  }

  /** Makes the folder of a later shard, which is recorded as begun. */
  #folderOf(origin: string, treeId: string): string {
    if (this.#number === 1) return this.#data;
    const heads = join(this.#data, 'no heads');
    const find = (): string | undefined =>
      shardFolders(this.#data, heads).find((one) => one.number === this.#number)?.folder;
    const found = find();
    if (found === undefined) addShardFolder(this.#data, this.#number, origin);
    recordBegunShard([this.#data], { number: this.#number, origin, treeId });
    return found ?? (find() as string);
  }

  async #endShard(): Promise<void> {
    const replay = this.#replay;
    if (replay === undefined) return;
    replay.requireEnd();
    this.#lines.push(`${replay.identity?.origin}: ${replay.size} entries restored`);
    this.#entries += replay.size;
    this.#replay = undefined;
    await this.#open.disposeAsync();
    this.#open = new AsyncDisposableStack();
  }

  #key({ shard, name, pem }: Extract<CopyPart, { readonly part: 'key' }>): void {
    const folder = this.#folders.get(shard);
    if (folder === undefined) throw new LogRefused(`the backup has a key of shard ${shard}, and no such shard`);
    const file = keyFile(folder, name);
    makePrivateFolder(dirname(file));
    writeDurably(file, Buffer.from(pem).toString());
  }
}
