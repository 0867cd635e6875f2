import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../base/bytes.ts';
import { LogCollector } from '../../log/backup/collector.ts';
import { copyNew } from '../../log/backup/copy.ts';
import { Replay } from '../../log/backup/replay.ts';
import { StepCheck } from '../../log/backup/step-check.ts';
import type { Publication } from '../../log/opening.ts';
import { type RootHash, treeSize } from '../../merkle/types.ts';
import { shardOf } from '../../host/shards/read-shards.ts';
import type { LogStore } from '../../storage/contract.ts';
import type { OpenStore } from '../../storage/engine.ts';
import type { StoredCosignature } from '../../storage/cosignatures.ts';
import { sqlite } from '../../storage/engines/sqlite/engine.ts';
import { readCopy } from '../../storage/record-files/reader.ts';
import { RecordFolder } from '../../storage/record-files/writer.ts';
import { addMany, openLogFixture, UNCOSIGNED_PUBLICATION, useFolder } from '../log/log-fixture.ts';

/** No witness ever answers, so that heads await them until the test says otherwise. */
const SILENT: Publication = {
  ...UNCOSIGNED_PUBLICATION,
  mode: 'require',
  witnesses: { meetsPolicy: () => false, report: () => [], figures: () => [], ask: async () => undefined },
  timeoutMs: 1,
};

const folder = useFolder();

const cosignature = (size: number, name: string, fill: number): StoredCosignature => {
  return { size: treeSize(size), name, keyId: Uint8Array.of(1, 2, 3, 4), signature: new Uint8Array(72).fill(fill) };
};

const witnessed = (size: number) => {
  const root = new Uint8Array(32).fill(size) as unknown as RootHash;
  return { origin: 'other.test', size: treeSize(size), root, at: 7, note: `a note of ${size}` };
};

/** A copy that is gone on with after each change, by one collector or by a new one each time. */
class Copying implements Disposable {
  readonly #into = join(folder(), 'copy');
  readonly #stays: boolean;
  #open: { readonly parts: DisposableStack; readonly pass: () => Promise<boolean> } | undefined;

  constructor(stays: boolean) {
    this.#stays = stays;
  }

  async pass(): Promise<boolean> {
    this.#open ??= this.#begin();
    const added = await this.#open.pass();
    if (!this.#stays) this[Symbol.dispose]();
    return added;
  }

  #begin() {
    const parts = new DisposableStack();
    const copy = parts.use(new RecordFolder(this.#into, { owner: 'a test', engine: sqlite }));
    const reads = parts.use(sqlite.openHistory(join(folder(), 'data')));
    const target = copy.shard(1);
    const collector = new LogCollector({ reads, document: () => undefined, copied: target.extent.copied });
    const pass = async (): Promise<boolean> => {
      const added = await copyNew(collector, target, async () => undefined);
      copy.save();
      return added;
    };
    return { parts, pass };
  }

  /** A store that has taken all steps of the copy. */
  async replayed(): Promise<OpenStore> {
    const store = await sqlite.open(join(folder(), 'replayed'), { owner: 'a test', isUnsynced: true });
    const replay = await Replay.into({ store, shardOf, document: () => undefined, folder: 'replayed' });
    const check = new StepCheck(shardOf);
    for (const part of readCopy(this.#into, () => undefined))
      if (part.part === 'steps')
        for (const step of part.steps) {
          check.take(step);
          await replay.take(step);
        }
    replay.requireEnd();
    return store;
  }

  [Symbol.dispose](): void {
    this.#open?.parts.dispose();
    this.#open = undefined;
  }
}

/** All that may come late, as plain values. */
async function lateRowsOf(store: LogStore & Pick<OpenStore, 'witnessed'>, sizes: readonly number[]): Promise<unknown> {
  const heads = await Promise.all(sizes.map((size) => store.headAt(treeSize(size))));
  const cosignatures = await Promise.all(sizes.map((size) => store.cosignatures(treeSize(size))));
  return {
    published: await store.publishedSize(),
    awaiting: heads.map((head) => head?.awaitsCosignatures),
    cosignatures: cosignatures.flat().map(({ name, size, signature }) => [name, size, toHex(signature)]),
    claims: await store.claims(),
    witnessed: (await store.witnessed()).map(({ origin, size, note }) => [origin, size, note]),
  };
}

describe('rows that come after the head they are about', () => {
  it.each([
    ['one collector that stays', true],
    ['a new collector each time', false],
  ])('are copied, each as often as it changes and no more: %s', async (_what, stays) => {
    await using fixture = await openLogFixture(folder(), { publication: SILENT });
    using copying = new Copying(stays);
    const store = fixture.store as OpenStore;
    for (let at = 0; at < 4; at += 1) await addMany(fixture.log, 3 * at, 3 * at + 3).catch(() => undefined);
    expect(await copying.pass()).toBe(true);
    const changes: readonly (() => Promise<void>)[] = [
      () => store.cosign([cosignature(3, 'w1', 1)], treeSize(3)),
      () => store.cosign([cosignature(6, 'w1', 2), cosignature(6, 'w2', 3)], treeSize(6)),
      () => store.cosign([cosignature(6, 'w1', 4)], undefined), // the same head again, as for an idle log
      () => store.keepClaim({ witness: 'w3', size: treeSize(20), says: 'more', at: 1 }),
      () => store.keepClaim({ witness: 'w3', size: treeSize(30), says: 'another tree', at: 2 }),
      () => store.witness(witnessed(5), undefined),
      () => store.witness(witnessed(9), 5),
      () => store.cosign([cosignature(12, 'w2', 5)], treeSize(12)),
    ];
    for (const change of changes) {
      await change();
      expect([await copying.pass(), await copying.pass()]).toStrictEqual([true, false]);
    }
    await using replayed = await copying.replayed();
    const sizes = [3, 6, 9, 12];
    expect(await lateRowsOf(replayed, sizes)).toStrictEqual(await lateRowsOf(store, sizes));
    expect(await replayed.publishedSize()).toBe(12);
  });
});
