import { createPublicKey, hash, verify } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toHex, utf8 } from '../../base/bytes.ts';
import { packSearchKeys } from '../../entries/search-key-list.ts';
import type { Log, ProvenEntry } from '../../log/types.ts';
import { hashLeaf } from '../../merkle/hash.ts';
import type { TreeHead } from '../../merkle/types.ts';
import { verifyConsistency, verifyInclusion } from '../../merkle/verify.ts';
import { migrations } from '../../storage/engines/sqlite/file/schema.ts';
import { parseRecord } from '../../storage/engines/file-journal/record.ts';
import { askOf } from '../support/ask.ts';
import { openTestLog, type TestLog } from '../support/log.ts';
import { hashedrekord } from '../../testkit/proposals.ts';

const FOLDERS = new URL('../vectors/data-folders/', import.meta.url).pathname;
const formats = readdirSync(FOLDERS).filter((name) => name.startsWith('format-'));
const SIZE = 311;

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'stele-format-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function openCopy(): Promise<TestLog> {
  return openTestLog(
    ['--volume', 'moves', '--clock-checked', new Date().toISOString().slice(0, 10)],
    join(folder, 'data'),
  );
}

function headsOf(format: string): readonly TreeHead[] {
  const lines = readFileSync(join(FOLDERS, format, 'data-heads', 'heads.txt'), 'utf8')
    .split('\n')
    .slice(1);
  return lines.map(parseRecord).filter((head) => head !== undefined);
}

async function all(log: Log): Promise<readonly ProvenEntry[]> {
  const entries: ProvenEntry[] = [];
  for (let index = 0; index < log.head().size; index += 1) {
    const entry = await log.byIndex(index);
    if (entry) entries.push(entry);
  }
  return entries;
}

function isPromised(log: Log, { body, integratedTime, virtualIndex, signedEntryTimestamp }: ProvenEntry): boolean {
  const { logId: logID, publicKey } = log.shard;
  const text = canonicalize({
    body: Buffer.from(body).toString('base64'),
    integratedTime,
    logID,
    logIndex: virtualIndex,
  });
  return verify('sha256', utf8(text ?? ''), createPublicKey(publicKey), signedEntryTimestamp);
}

function expectProven(log: Log, entries: readonly ProvenEntry[]): void {
  for (const entry of entries) {
    const { head, index, proof, body } = entry;
    expect([index, verifyInclusion(head, index, hashLeaf(body), proof), isPromised(log, entry)]).toEqual([
      index,
      true,
      true,
    ]);
  }
}

const sha256 = (artifact: string): string => `sha256:${hash('sha256', artifact)}`;

async function indexesOf(log: Log, key: string): Promise<readonly number[]> {
  const page = await log.find({ groups: [[key]], operator: 'or' }, undefined, 10);
  return page.hits.map(({ virtualIndex }) => virtualIndex);
}

describe('data folders: there is one of each format that this version can read', () => {
  it('up to its own', () => {
    expect(formats.toSorted()).toEqual(migrations.map((_, i) => `format-${i + 1}`).toSorted());
  });
});

describe.each(formats)('data folder of %s', (format) => {
  beforeEach(() => cpSync(join(FOLDERS, format), folder, { recursive: true }));

  it('is a log that proves every entry, under every head it has shown', async () => {
    const { log, close } = await openCopy();
    const entries = await all(log);
    expect(entries.length).toBe(SIZE);
    expectProven(log, entries);

    const heads = headsOf(format);
    expect(heads.at(-1)?.size).toBe(SIZE);
    expect(toHex(log.head().root)).toBe(toHex(heads.at(-1)?.root ?? utf8('')));
    for (const old of heads) {
      expect(verifyConsistency(old, log.head(), await log.consistency(old.size, log.head().size))).toBe(true);
    }
    await close();
  });

  it('finds by leaf, by artifact and by what an attestation is about, and has kept what was attested', async () => {
    const { log, close } = await openCopy();
    const [, entry] = await all(log);
    expect(entry && (await log.byLeaf(entry.leafHash))?.index).toBe(1);
    // Entry 0 is the log's own, so artifact n is entry n + 1.
    for (const artifact of [0, 8, 9, 299]) {
      expect(await indexesOf(log, sha256(`artifact ${artifact}`))).toEqual([artifact + 1]);
    }
    const { attestation = utf8('') } = (await log.byIndex(10)) ?? {};
    expect(Buffer.from(attestation).toString()).toContain(hash('sha256', 'artifact 9'));
    await close();
  });

  it('goes on growing, over a full tile and over a start', async () => {
    {
      const { app, log, close } = await openCopy();
      await using asking = await askOf(app);
      const old = headsOf(format).at(-1);
      for (let wave = 0; wave < 210; wave += 42) {
        const bodies = Array.from({ length: 42 }, (_, i) => hashedrekord(`new ${wave + i}`));
        const answers = await Promise.all(bodies.map((body) => asking.post('/api/v1/log/entries', body)));
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
      }
      const { size } = log.head();
      expect(size).toBe(SIZE + 210);
      expect(old && verifyConsistency(old, log.head(), await log.consistency(old.size, size))).toBe(true);
      await close();
    }
    const { log, errors, close } = await openCopy();
    const entries = await all(log);
    expect(entries.length).toBe(SIZE + 210);
    expectProven(log, entries);
    expect(await indexesOf(log, sha256('new 209'))).toHaveLength(1);
    expect(errors).toEqual([]);
    await close();
  });

  it('knows the entries that it has', async () => {
    const { log, close } = await openCopy();
    for (const index of [0, 1, 200, 310]) {
      const entry = await log.byIndex(index);
      const sent = {
        kind: 'hashedrekord',
        version: '0.0.1',
        searchKeys: packSearchKeys([]),
        body: entry?.body ?? utf8(''),
      };
      const added = await log.add({ ...sent, leafHash: hashLeaf(sent.body) });
      expect([added.duplicate, added.entry.index]).toEqual([true, index]);
    }
    expect(log.head().size).toBe(SIZE);
    await close();
  });

  it('is refused where volumes do not move: it is a copy', async () => {
    await expect(openTestLog([], join(folder, 'data'))).rejects.toThrow(/is not where this log was written/);
  });
});
