import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { admitAll, type ClaimCheck } from '../entries/admission.ts';
import { DEFAULT_ALGORITHMS } from '../entries/algorithm-policy.ts';
import type { AdmittedEntry } from '../entries/kind.ts';
import { kinds } from '../entries/kinds/index.ts';
import { KindRegistry } from '../entries/registry.ts';
import { checkClaims } from '../entries/signatures/check.ts';
import { nodeVerifier } from '../entries/signatures/verifiers/node.ts';
import type { Log } from '../log/types.ts';
import { startLog } from '../host/start/start-log.ts';
import { engineOf } from '../storage/engines/index.ts';
import { makeFolder } from '../storage/folders.ts';
import { withoutWitnesses } from '../host/witness/publication.ts';
import { dsse, hashedrekord, intoto002, newSubmitter, statement } from '../testkit/proposals.ts';

/*
 * Makes a data folder as a log of today leaves it behind, for the tests of every later version: entry 0, some hundred
 * real entries of all kinds in commits of several sizes, keys and head journal. Run it when the format of the folder
 * changes, into a folder of its own beside the older ones; never change one that exists.
 */

const USAGE = `node scripts/make-data-folder.ts --into FOLDER [--entries N]

Makes FOLDER/data and FOLDER/data-heads. FOLDER must not hold them yet.
`;

const RULES = {
  algorithms: new Set<string>(DEFAULT_ALGORITHMS),
  kinds: new Set(kinds.map(({ kind }) => kind)),
  maxBody: 65_535,
  maxAttestation: 102_400,
};

function admitted(proposals: readonly unknown[]): readonly AdmittedEntry[] {
  const check: ClaimCheck = (claims) => checkClaims(claims, nodeVerifier);
  return admitAll(proposals, 'create', RULES, new KindRegistry(kinds), check).map((admission) => {
    if (admission instanceof Error) throw admission;
    return admission;
  });
}

/** Mostly hashedrekord, and every ninth and tenth an attestation. */
function entriesOf(count: number): readonly AdmittedEntry[] {
  const submitter = newSubmitter();
  const proposals = Array.from({ length: count }, (_, i) => {
    if (i % 10 === 8) return dsse(statement(`artifact ${i}`), submitter);
    if (i % 10 === 9) return intoto002(statement(`artifact ${i}`), submitter);
    return hashedrekord(`artifact ${i}`, submitter);
  });
  return admitted(proposals);
}

/** Commits of 1, 2, 3 … entries, so that the journal has many heads. */
async function fill(log: Log, entries: readonly AdmittedEntry[]): Promise<void> {
  for (let at = 0, step = 1; at < entries.length; at += step, step += 1) {
    await Promise.all(entries.slice(at, at + step).map((entry) => log.add(entry)));
  }
}

async function make(into: string, count: number): Promise<void> {
  makeFolder(into);
  const data = join(into, 'data');
  mkdirSync(data); // throws if it is there already
  const settings = {
    data,
    heads: join(into, 'data-heads'),
    rekorKey: join(data, 'keys', 'rekor-v1.pem'),
    c2spKey: join(data, 'keys', 'tile.pem'),
    origin: 'rekor.test',
    genesis: 'rekor-v1',
    volume: 'moves',
    begin: false,
    mayBegin: true,
    witnessFor: undefined,
    dev: false,
    minFree: undefined,
    limits: { maxWaiting: 1000, maxWaitingBytes: 2 ** 24, batch: 256 },
  } as const;
  const clock = { now: () => Math.floor(Date.now() / 1000), reasonUntrusted: () => undefined };
  const fatal = (reason: unknown): never => {
    throw reason;
  };
  {
    await using started = await startLog(settings, {
      clock,
      fatal,
      announce: () => undefined,
      warn: () => undefined,
      publication: withoutWitnesses,
    });
    await fill(started.shards.active, entriesOf(count));
    process.stdout.write(started.shards.active.head().rekorCheckpoint);
  }
  // Files that belong to the machine and the process that wrote the folder.
  const leftBehind = [...engineOf(settings.data).files.local, 'place.json'];
  for (const folder of [settings.data, settings.heads])
    for (const name of leftBehind) rmSync(join(folder, name), { force: true });
}

const { values } = parseArgs({ options: { into: { type: 'string' }, entries: { type: 'string', default: '310' } } });
if (values.into === undefined || !/^[1-9]\d{0,5}$/.test(values.entries)) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else {
  await make(values.into, Number(values.entries));
}
