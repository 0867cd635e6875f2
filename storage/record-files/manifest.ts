import { hash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { parseHex, toHex } from '../../base/bytes.ts';
import { systemCode } from '../../base/system-error.ts';
import { STELE } from '../../base/stele-command.ts';
import { nodeHash, type RootHash, treeSize } from '../../merkle/types.ts';
import { StoreRefused } from '../failures.ts';
import { syncFolder } from '../folders.ts';
import type { Copied } from '../records/copied.ts';
import { EMPTY_LIST, type ListEnd } from '../records/record.ts';
import { type KeyName, KEY_NAMES, manifestFile } from './layout.ts';

/** The records of a shard that are whole and on the disk. There may be some behind them. */
export interface ShardExtent {
  /** From 1 on. */
  readonly number: number;
  /** Number of the last segment; 0 before the first. */
  readonly segment: number;
  /** Bytes of that segment. */
  readonly bytes: number;
  readonly end: ListEnd;
  readonly copied: Copied;
}

/** A copy of a key of the log. */
export interface KeptKey {
  readonly shard: number;
  readonly name: KeyName;
  /** SHA-256 of the file, in hex. */
  readonly sum: string;
}

export interface Manifest {
  readonly shards: readonly ShardExtent[];
  readonly keys: readonly KeptKey[];
}

const FORMAT = 1;

/** Undefined where there is none. @throws StoreRefused for one that is not as it was written */
export function readManifest(folder: string): Manifest | undefined {
  const file = manifestFile(folder);
  const text = readIfThere(file);
  if (text === undefined) return undefined;
  const [json = '', sum = '', ...rest] = text.split('\n');
  if (rest.length !== 1 || rest[0] !== '' || hash('sha256', json, 'hex') !== sum)
    throw new StoreRefused(
      `${file} is damaged: it is not what its checksum says. Keep the folder, put back the manifest of another copy of it, and look with ${STELE} backup --into ${folder} --verify; or begin another backup in a new folder`,
    );
  const { format, shards, keys } = JSON.parse(json) as WrittenManifest;
  if (format !== FORMAT)
    throw new StoreRefused(
      `${file} has format ${format}, and this version knows ${FORMAT}: use the version that wrote it`,
    );
  return { shards: shards.map(toExtent), keys: keys.filter(({ name }) => KEY_NAMES.includes(name)) };
}

/** Replaces the manifest. Durable once it returns. */
export function writeManifest(folder: string, { shards, keys }: Manifest): void {
  const json = JSON.stringify({ format: FORMAT, shards: shards.map(fromExtent), keys } satisfies WrittenManifest);
  const [file, fresh] = [manifestFile(folder), `${manifestFile(folder)}.new`];
  const handle = openSync(fresh, 'w', 0o600);
  try {
    writeFileSync(handle, `${json}\n${hash('sha256', json, 'hex')}\n`);
    fsyncSync(handle);
  } catch (error) {
    rmSync(fresh, { force: true }); // it holds room that others need
    throw error;
  } finally {
    closeSync(handle);
  }
  renameSync(fresh, file);
  syncFolder(folder);
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** As `ShardExtent`, with hashes in hex. */
interface WrittenExtent {
  readonly number: number;
  readonly segment: number;
  readonly bytes: number;
  readonly records: number;
  readonly last: string;
  readonly copied: Omit<Copied, 'identity' | 'head'> & {
    readonly identity: Copied['identity'] | null;
    readonly head: { readonly size: number; readonly root: string } | null;
  };
}

interface WrittenManifest {
  readonly format: number;
  readonly shards: readonly WrittenExtent[];
  readonly keys: readonly KeptKey[];
}

function fromExtent({ number, segment, bytes, end, copied }: ShardExtent): WrittenExtent {
  const { identity, head } = copied;
  return {
    number,
    segment,
    bytes,
    records: end.records,
    last: toHex(end.last),
    copied: { ...copied, identity: identity ?? null, head: head ? { size: head.size, root: toHex(head.root) } : null },
  };
}

function toExtent({ number, segment, bytes, records, last, copied }: WrittenExtent): ShardExtent {
  const { identity, head } = copied;
  const tree = head && { size: treeSize(head.size), root: nodeHash(bytesOf(head.root)) as RootHash };
  return {
    number,
    segment,
    bytes,
    end: { records, last: bytesOf(last) },
    copied: { ...copied, identity: identity ?? undefined, head: tree ?? undefined },
  };
}

const bytesOf = (hex: string): Uint8Array => parseHex(hex, 32) ?? EMPTY_LIST.last;
