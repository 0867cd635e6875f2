import { hash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { utf8 } from '../base/bytes.ts';
import type { AdmittedEntry } from '../entries/kind.ts';
import { packSearchKeys } from '../entries/search-key-list.ts';
import type { TransparencyLog } from '../log/log.ts';
import { hashLeaf } from '../merkle/hash.ts';
import { withoutWitnesses } from '../host/witness/publication.ts';
import { startLog } from '../host/start/start-log.ts';
import { makeFolder } from '../storage/folders.ts';
import type { LogFolder } from '../testkit/server-process.ts';

/*
 * Makes a log large. Its entries go through the sequencer: each is signed, committed with all its nodes, journalled and
 * indexed like any other. Left out is what comes before it: nobody sends them, and what stands in them for signature
 * and key is chance.
 */

/** Contents of a folder that was filled: beside the data folder, in `fill.json`. */
export interface Filling {
  /** Entries `from` ≤ index < `to` are about artifacts whose names are known: see `artifactHash`. */
  readonly ranges: readonly { readonly from: number; readonly to: number }[];
  /** Bytes of all their canonical bodies. */
  readonly bodyBytes: number;
}

/** SHA-256 in hex: what entry `index` is about. */
export const artifactHash = (index: number): string => hash('sha256', `artifact ${index}`);

const NOTHING: Filling = { ranges: [], bodyBytes: 0 };
const fillingFile = ({ parent }: LogFolder): string => join(parent, 'fill.json');

export function readFilling(folder: LogFolder): Filling {
  const file = fillingFile(folder);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Filling) : NOTHING;
}

const LIMITS = { maxWaiting: 4096, maxWaitingBytes: 2 ** 26, batch: 256 };
/** Entries that wait together: more than a commit takes, so that the next is full when it is done. */
const WAVE = 512;
const TOLD_EVERY = 100_000;

/**
 * Lets the log in `folder` grow, or begin, until it has `size` entries. Entry 0 is the log's own.
 *
 * @param entryOf - makes the entry of an index
 */
export async function fill(
  folder: LogFolder,
  size: number,
  entryOf: (index: number) => AdmittedEntry = entryAbout,
): Promise<void> {
  makeFolder(folder.parent);
  const keys = join(folder.data, 'keys');
  const settings = {
    ...folder,
    rekorKey: join(keys, 'rekor-v1.pem'),
    c2spKey: join(keys, 'tile.pem'),
    origin: 'bench.test',
    genesis: 'rekor-v1',
    volume: 'moves',
    begin: false,
    mayBegin: true,
    witnessFor: undefined,
    dev: false,
    minFree: undefined,
    limits: LIMITS,
  } as const;
  const clock = { now: () => Math.floor(Date.now() / 1000), reasonUntrusted: () => undefined };
  await using log = await startLog(settings, {
    clock,
    fatal: (reason) => {
      throw reason;
    },
    announce: console.error,
    warn: console.error,
    publication: withoutWitnesses,
  });
  const shard = log.started.at(-1);
  if (shard === undefined) throw new Error('a log has a shard');
  const active = shard.opened.log;
  const from: number = active.head().size;
  await grow(active, folder, { from, size, entryOf });
  for (const { store } of log.started) await store.compact();
}

interface Growth {
  readonly from: number;
  readonly size: number;
  readonly entryOf: (index: number) => AdmittedEntry;
}

async function grow(
  log: Pick<TransparencyLog, 'addFirst'>,
  folder: LogFolder,
  { from, size, entryOf }: Growth,
): Promise<void> {
  const note = noting(folder, from);
  const start = performance.now();
  let bodyBytes = 0;
  let before: Promise<unknown> = Promise.resolve();
  for (let index = from; index < size; index += WAVE) {
    const entries = Array.from({ length: Math.min(WAVE, size - index) }, (_, i) => entryOf(index + i));
    bodyBytes += entries.reduce((sum, { body }) => sum + body.length, 0);
    const wave = Promise.all(entries.map((entry) => log.addFirst(entry)));
    await before; // one wave is written while the next is made
    before = wave;
    if (index % TOLD_EVERY >= WAVE) continue;
    await before;
    note(index + entries.length, bodyBytes);
    console.error(`${index} entries after ${Math.round((performance.now() - start) / 1000)} s`);
  }
  await before;
  note(size, bodyBytes);
}

/** Writes down how far it is, now and then: who is stopped can go on. */
function noting(folder: LogFolder, from: number): (to: number, bodyBytes: number) => void {
  const old = readFilling(folder);
  return (to, bodyBytes) => {
    if (to <= from) return;
    const filling: Filling = { ranges: [...old.ranges, { from, to }], bodyBytes: old.bodyBytes + bodyBytes };
    writeFileSync(fillingFile(folder), JSON.stringify(filling));
  };
}

/** A hashedrekord 0.0.1 as its kind makes it of an ECDSA P-256 signature. */
function entryAbout(index: number): AdmittedEntry {
  const digest = artifactHash(index);
  const chance = randomBytes(DER_SIGNATURE + SPKI);
  const signature = chance.toString('base64', 0, DER_SIGNATURE);
  const key = `-----BEGIN PUBLIC KEY-----\n${folded(chance.toString('base64', DER_SIGNATURE))}-----END PUBLIC KEY-----\n`;
  const content = Buffer.from(key).toString('base64');
  const body = utf8(
    `{"apiVersion":"0.0.1","kind":"hashedrekord","spec":{"data":{"hash":{"algorithm":"sha256","value":"${digest}"}},` +
      `"signature":{"content":"${signature}","publicKey":{"content":"${content}"}}}}`,
  );
  const searchKeys = packSearchKeys([
    { source: 'leaf', text: hash('sha256', key) },
    { source: 'leaf', text: `sha256:${digest}` },
  ]);
  return { kind: 'hashedrekord', version: '0.0.1', body, leafHash: hashLeaf(body), searchKeys };
}

const DER_SIGNATURE = 71;
const SPKI = 91;

const folded = (text: string): string => text.replaceAll(/.{1,64}/g, '$&\n');
