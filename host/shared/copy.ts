import { createPublicKey } from 'node:crypto';
import { join } from 'node:path';
import { equalBytes } from '../../base/bytes.ts';
import { LogRefused } from '../../log/failures.ts';
import { Follower } from '../../log/follow.ts';
import { HeadVerifier } from '../../log/signers/head-verifier.ts';
import type { OpenStore } from '../../storage/engine.ts';
import type { LogIdentity } from '../../storage/identity.ts';
import { type RecordLog, Trimmed } from '../../storage/record-log.ts';
import type { Step } from '../../storage/records/step.ts';
import { EMPTY_LIST, hashOfRecord, type ListEnd, readRecord } from '../../storage/records/record.ts';
import { writeDurably } from '../folder/durable-file.ts';
import { type Position, readPosition, writePosition } from '../folder/position.ts';
import { c2spKeyOf } from '../keys/keys.ts';

/** Milliseconds between two times that the position of the copy is written down. */
const WRITE_MS = 1000;

/** This machine's copy of a shared log: the store in its data folder, and how far the list it has come. */
export class LocalCopy {
  readonly follower: Follower;
  readonly identity: LogIdentity;
  readonly #folder: string;
  readonly #list: string;
  readonly #before: Position | undefined;
  #written = Number.NEGATIVE_INFINITY;
  /** Entries that the list has told of. */
  #size: number;

  private constructor(
    follower: Follower,
    identity: LogIdentity,
    folder: string,
    list: string,
    before: Position | undefined,
  ) {
    [this.follower, this.identity, this.#folder] = [follower, identity, folder];
    [this.#list, this.#before, this.#size] = [list, before, before?.size ?? 0];
  }

  /** @param first - of the list: it says which log this is @throws LogRefused for a folder that holds another log */
  static async open(
    folder: string,
    store: OpenStore,
    log: RecordLog,
    first: LogIdentity | undefined,
  ): Promise<LocalCopy> {
    const found = await store.identity();
    const identity = first ?? found;
    if (identity === undefined) throw new LogRefused(`${log.name} begins with no log, and ${folder} holds none`);
    if (found !== undefined && (found.treeId !== identity.treeId || found.logId !== identity.logId))
      throw new LogRefused(
        `${folder} holds log ${found.treeId} (${found.origin}), and ${log.name} log ${identity.treeId} (${identity.origin}): name an empty folder, or the list of this log`,
      );
    if (found === undefined) await store.create(identity);
    const document = (text: string): void => writeDurably(join(folder, 'birth.json'), text);
    const follower = await Follower.open({ store, verifier: verifierOf(identity), document });
    const position = readPosition(folder);
    const before = position?.treeId === identity.treeId && found !== undefined ? position : undefined;
    return new LocalCopy(follower, identity, folder, log.name, before);
  }

  /** Where to go on in the list. @throws LogRefused where the list is not the one that the copy was made of */
  async place(log: RecordLog): Promise<ListEnd> {
    const { records, last } = this.#before ?? EMPTY_LIST;
    if (records === 0) return EMPTY_LIST;
    try {
      const record = await log.read(records - 1);
      if (record === undefined)
        throw new LogRefused(
          `${log.name} ends before record ${records - 1}, which ${this.#folder} has: it has lost records that were acknowledged, by a failover or a restore. Put it back as it was; nothing is signed until then`,
        );
      if (!equalBytes(hashOfRecord(record), last))
        throw new LogRefused(
          `record ${records - 1} of ${log.name} is another than the one that ${this.#folder} has: this is a fork. Keep both as they are`,
        );
    } catch (error) {
      if (!(error instanceof Trimmed)) throw error; // then the record behind it tells
    }
    return { records, last };
  }

  /** To be called behind the last record. @throws LogRefused for a copy with more than the list */
  requireWithin(log: RecordLog): void {
    const { size } = this.follower.head;
    if (size <= this.#size) return;
    throw new LogRefused(
      `${this.#folder} has ${size} entries, and ${log.name} ${this.#size}: it has lost records that were acknowledged, by a failover or a restore. Put it back as it was; nothing is signed until then`,
    );
  }

  /** Notes steps of the list that the store has, and writes down how far it has come, unless that was done a moment ago. @param now - milliseconds */
  moved(steps: readonly Step[], end: ListEnd, now: number): void {
    for (const step of steps) if (step.op === 'commit') this.#size = step.head.size;
    if (now - this.#written < WRITE_MS) return;
    this.#written = now;
    const { treeId } = this.identity;
    writePosition(this.#folder, { ...end, list: this.#list, treeId, size: this.#size });
  }
}

/** Reads which log a list is of; undefined for an empty list. @throws DamagedRecord, LogRefused */
export async function identityIn(log: RecordLog): Promise<LogIdentity | undefined> {
  const bytes = await log.read(0);
  if (bytes === undefined) return undefined;
  const step = readRecord(EMPTY_LIST, bytes).steps.find(({ op }) => op === 'create');
  if (step?.op === 'create' && step.identity.publicKeys !== undefined) return step.identity;
  throw new LogRefused(`record 0 of ${log.name} is not the identity of a log with its public keys`);
}

function verifierOf(identity: LogIdentity): HeadVerifier {
  const { origin, publicKeys } = identity;
  if (publicKeys === undefined) throw new LogRefused(`the public keys of ${origin} are not known`);
  const c2spPublicKey = createPublicKey(publicKeys.c2sp).export({ type: 'spki', format: 'pem' });
  return new HeadVerifier({
    ...identity,
    publicKey: publicKeys.rekor,
    c2spKey: c2spKeyOf(origin, publicKeys.c2sp),
    c2spPublicKey,
  });
}
