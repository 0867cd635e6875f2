import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRecord } from '../../storage/engines/file-journal/record.ts';
import { referenceRoot } from '../support/reference-tree.ts';
import { type LogFolder, type ServerProcess, startServer, temporaryFolder } from '../../testkit/server-process.ts';
import {
  checkpointIn,
  created,
  entryAt,
  headOf,
  inconsistentWith,
  search,
  submissionOf,
  submit,
  treeSizeOf,
} from './client.ts';
import type { Receipt, Submission } from './client.ts';

const ROUNDS = 25;
const SENDERS = 12;

/** The submissions of all rounds that were answered, and those that were not. */
const acknowledged: { readonly submission: Submission; readonly receipt: Receipt }[] = [];
const unanswered: Submission[] = [];
const notes = new Set<string>();
/** For each start, the journal's last head before it and the size of the log after it. */
const starts: { readonly journalled: number; readonly size: number }[] = [];

let folder: LogFolder;
let server: ServerProcess;
beforeAll(async () => {
  folder = temporaryFolder();
  for (let round = 0; round < ROUNDS; round += 1) {
    server = await start();
    await loadUntilKilled(round, 8 + ((round * 37) % 60));
  }
  server = await start();
}, 240_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function start(): Promise<ServerProcess> {
  const journalled = starts.length === 0 ? 0 : lastJournalled();
  const started = await startServer(folder);
  starts.push({ journalled, size: await treeSizeOf(started.base) });
  return started;
}

function lastJournalled(): number {
  const lines = readFileSync(join(folder.heads, 'heads.txt'), 'utf8').split('\n').slice(1);
  return Math.max(0, ...lines.map((line) => parseRecord(line)?.size ?? 0));
}

/** Sends from many clients, and kills the server the moment that `enough` entries have been acknowledged. */
async function loadUntilKilled(round: number, enough: number): Promise<void> {
  const { base } = server;
  let taken = 0;
  const sender = async (number: number): Promise<void> => {
    for (let turn = 0; ; turn += 1) {
      const submission = submissionOf(`round ${round}, sender ${number}, turn ${turn}`, turn);
      const answer = await submit(base, submission);
      if (answer === undefined) return void unanswered.push(submission);
      const receipt = created(answer);
      acknowledged.push({ submission, receipt });
      notes.add(receipt.checkpoint);
      taken += 1;
      if (taken === enough) void server.kill();
    }
  };
  const watcher = async (): Promise<void> => {
    while (taken < enough) notes.add(await headOf(base).catch(() => [...notes][0] ?? ''));
  };
  await Promise.all([...Array.from({ length: SENDERS }, (_, number) => sender(number)), watcher()]);
  const { signal } = await server.ended;
  if (signal !== 'SIGKILL') throw new Error(`the server ended by itself:\n${server.lines().slice(-3).join('\n')}`);
}

describe(`decision 3, nothing is promised before it is kept: ${ROUNDS} kills in the middle of a load`, () => {
  it('took entries, and was killed while others were on their way', () => {
    expect(acknowledged.length).toBeGreaterThan(ROUNDS * 8);
    expect(unanswered.length).toBeGreaterThan(ROUNDS);
    expect(notes.size).toBeGreaterThan(ROUNDS);
  });

  it('has every acknowledged entry at its index, with the body, time and timestamp that were answered', async () => {
    for (const { receipt } of acknowledged) {
      const { checkpoint, ...promised } = receipt;
      expect(await entryAt(server.base, receipt.logIndex)).toMatchObject(promised);
      expect(checkpoint).toContain('\n');
    }
  });

  it('finds every acknowledged entry by the hash of what it is about', async () => {
    for (const { submission, receipt } of acknowledged) {
      expect(await search(server.base, submission.digest)).toStrictEqual([receipt.id]);
    }
  });

  it('extends every tree whose head was ever shown', async () => {
    expect(await inconsistentWith(server.base, notes)).toStrictEqual([]);
  });

  it('never started smaller than the head journal, nor smaller than before', () => {
    expect(starts).toHaveLength(ROUNDS + 1);
    for (const [i, { journalled, size }] of starts.entries()) {
      expect(size).toBeGreaterThanOrEqual(journalled);
      expect(size).toBeGreaterThan(starts[i - 1]?.size ?? 0);
    }
  });

  it('has no gap and nothing twice, and its head is the root of what it gives out', async () => {
    const head = checkpointIn(await headOf(server.base));
    const entries: Receipt[] = [];
    for (let index = 0; index < head.size; index += 1) entries.push(await entryAt(server.base, index));
    expect(entries.map(({ logIndex }) => logIndex)).toStrictEqual([...entries.keys()]);
    expect(new Set(entries.map(({ id }) => id)).size).toBe(head.size);
    const leaves = entries.map(({ body }) => Buffer.from(body, 'base64'));
    expect(Buffer.from(head.root).toString('hex')).toBe(referenceRoot(leaves));
  });

  it('holds what was never answered once or not at all, and takes it when it is sent again', async () => {
    for (const submission of unanswered) {
      const answer = await submit(server.base, submission);
      expect([201, 409]).toContain(answer?.status);
      expect(await search(server.base, submission.digest)).toHaveLength(1);
    }
  });
});
