import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Metadata, MetadataKind, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp } from '@tufjs/models';
import { UsageFault } from '../frame/exit-codes.ts';
import { readIfThere, writeWhole } from '../state/whole-file.ts';
import type { TufKey } from './tuf-key.ts';

/*
 * A repository of The Update Framework, version 1.0, with consistent snapshots: one key signs all roles, and every target
 * is listed by name. Files are written in the order in which nobody who reads meanwhile finds one missing.
 */

const SPEC_VERSION = '1.0.31';
const DAY_MS = 86_400_000;

/** The state of a repository once it was written. */
export interface TufState {
  /** Of timestamp, snapshot and targets. */
  readonly version: number;
  readonly rootVersion: number;
  /** RFC 3339. */
  readonly expires: string;
}

interface Existing {
  readonly root: Metadata<Root>;
  readonly version: number;
}

type Signed = Root | Snapshot | Targets | Timestamp;

/** Whether there is a repository in the folder already. */
export function hasTufRepository(folder: string): boolean {
  return readIfThere(join(folder, 'root.json')) !== undefined;
}

/**
 * Makes a repository, or a new version of the one that is there. Its root is kept while more than half of its time is left.
 *
 * @param targets - contents by name
 * @param now - milliseconds since 1970
 * @throws UsageFault if what is there was signed with another key, or is no repository
 */
export function writeTufRepository(
  folder: string,
  key: TufKey,
  targets: Readonly<Record<string, string>>,
  { now, days }: { readonly now: number; readonly days: number },
): TufState {
  const expires = new Date(Math.floor(now / 1000) * 1000 + days * DAY_MS).toISOString().replace('.000Z', 'Z');
  const common = { specVersion: SPEC_VERSION, expires };
  const old = hasTufRepository(folder) ? readRepository(folder, key) : undefined;
  const write = (name: string, text: string): void => writeWhole(join(folder, name), text, 0o644);
  const writeSigned = (name: string, signed: Signed): void => write(name, signedText(signed, key));

  const isRootFresh = old !== undefined && Date.parse(old.root.signed.expires) > now + (days * DAY_MS) / 2;
  const rootVersion = (old?.root.signed.version ?? 0) + (isRootFresh ? 0 : 1);
  if (!isRootFresh) {
    const text = signedText(newRoot(key, { ...common, version: rootVersion }), key);
    write(`${rootVersion}.root.json`, text);
    write('root.json', text);
  }
  const version = (old?.version ?? 0) + 1;
  const files = Object.entries(targets).map(([path, text]) => {
    const sha256 = hash('sha256', text);
    write(`targets/${sha256}.${path}`, text);
    return [path, new TargetFile({ path, length: Buffer.byteLength(text), hashes: { sha256 } })] as const;
  });
  writeSigned(`${version}.targets.json`, new Targets({ ...common, version, targets: Object.fromEntries(files) }));
  const meta = { 'targets.json': new MetaFile({ version }) };
  writeSigned(`${version}.snapshot.json`, new Snapshot({ ...common, version, meta }));
  writeSigned('timestamp.json', new Timestamp({ ...common, version, snapshotMeta: new MetaFile({ version }) }));
  return { version, rootVersion, expires };
}

function signedText(signed: Signed, { sign }: TufKey): string {
  const metadata = new Metadata(signed);
  metadata.sign(sign);
  return `${JSON.stringify(metadata.toJSON(), undefined, 2)}\n`;
}

function newRoot({ key }: TufKey, common: ConstructorParameters<typeof Root>[0]): Root {
  const root = new Root({ ...common, consistentSnapshot: true });
  for (const role of ['root', 'timestamp', 'snapshot', 'targets']) root.addKey(key, role);
  return root;
}

/** @throws UsageFault unless the key has signed both files */
function readRepository(folder: string, { key }: TufKey): Existing {
  const [rootFile, timestampFile] = [join(folder, 'root.json'), join(folder, 'timestamp.json')];
  const root = parse(rootFile, (json) => Metadata.fromJSON(MetadataKind.Root, json));
  checkSigned(rootFile, root, MetadataKind.Root, root);
  if (root.signed.keys[key.keyID] === undefined)
    throw new UsageFault(`${rootFile} is signed with another key: give the one that made it as --tuf-key`);
  if (readIfThere(timestampFile) === undefined) return { root, version: 0 }; // killed before its first version was whole
  const timestamp = parse(timestampFile, (json) => Metadata.fromJSON(MetadataKind.Timestamp, json));
  checkSigned(timestampFile, root, MetadataKind.Timestamp, timestamp);
  return { root, version: timestamp.signed.version };
}

type JsonObject = Parameters<typeof Root.fromJSON>[0];

function parse<Result>(file: string, read: (json: JsonObject) => Result): Result {
  try {
    return read(JSON.parse(readFileSync(file, 'utf8')) as JsonObject);
  } catch (error) {
    throw new UsageFault(`${file} is no TUF metadata: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function checkSigned(file: string, root: Metadata<Root>, role: string, metadata: Metadata<Root | Timestamp>): void {
  try {
    root.verifyDelegate(role, metadata);
  } catch {
    throw new UsageFault(`${file} is not signed as root.json says: it was changed, or it is of another repository`);
  }
}
