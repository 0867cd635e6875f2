import { copyFileSync, cpSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type LogFolder,
  runServer,
  type ServerProcess,
  startServer,
  temporaryFolder,
} from '../../testkit/server-process.ts';
import { created, entryAt, headOf, inconsistentWith, type Receipt, submissionOf, submit } from './client.ts';

const SENDERS = 8;
const ENOUGH_ENTRIES = 30;
const LOST_SENTENCE = 'was removed or replaced while this process had it open';

let folder: LogFolder;
beforeEach(() => void (folder = temporaryFolder()));
afterEach(() => folder[Symbol.dispose]());

const heads = (name: string): string => join(folder.heads, name);
const data = (name: string): string => join(folder.data, name);

/** Sends from many clients until the server ends, and does `change` once some entries are acknowledged. @returns receipts */
async function sendAndChange(server: ServerProcess, change: () => void): Promise<readonly Receipt[]> {
  const receipts: Receipt[] = [];
  const sender = async (number: number): Promise<void> => {
    for (let turn = 0; ; turn += 1) {
      const answer = await submit(server.base, submissionOf(`sender ${number}, turn ${turn}`, 0));
      if (answer?.status !== 201) return;
      receipts.push(created(answer));
      if (receipts.length === ENOUGH_ENTRIES) change();
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, (_, number) => sender(number)));
  return receipts;
}

/** @throws Error unless everything that was acknowledged is in the log that starts now */
async function requireKept(receipts: readonly Receipt[]): Promise<void> {
  await using server = await startServer(folder);
  const notes = receipts.map(({ checkpoint }) => checkpoint);
  expect(await inconsistentWith(server.base, [...notes, await headOf(server.base)])).toStrictEqual([]);
  for (const { checkpoint, ...promised } of receipts) {
    expect(checkpoint).not.toBe('');
    expect(await entryAt(server.base, promised.logIndex)).toMatchObject(promised);
  }
}

function replaceByCopy(file: string): void {
  copyFileSync(file, `${file}.copy`);
  renameSync(`${file}.copy`, file);
}

describe('decision 11, an unknown outcome is fatal: what guards the log is removed or replaced under load', () => {
  const cases: readonly { readonly what: string; readonly change: () => void; readonly undo?: () => void }[] = [
    { what: 'the lock of the data folder is removed', change: () => rmSync(data('lock.db')) },
    { what: 'the lock of the heads folder is removed', change: () => rmSync(heads('lock.db')) },
    { what: 'the head journal is replaced by a copy of itself', change: () => replaceByCopy(heads('heads.txt')) },
    {
      what: 'the heads folder is moved away',
      change: () => renameSync(folder.heads, `${folder.heads}.away`),
      undo: () => renameSync(`${folder.heads}.away`, folder.heads),
    },
    {
      what: 'the data folder is moved away, and a copy of it takes its place',
      change: () => {
        renameSync(folder.data, `${folder.data}.away`);
        cpSync(`${folder.data}.away`, folder.data, { recursive: true });
      },
      undo: () => {
        rmSync(folder.data, { recursive: true });
        renameSync(`${folder.data}.away`, folder.data);
      },
    },
  ];
  it.each(cases)('$what: the process ends, and nothing that it acknowledged is lost', async ({ change, undo }) => {
    await using server = await startServer(folder);
    const receipts = await sendAndChange(server, change);
    expect((await server.ended).code).toBe(1);
    expect(server.lines().join('\n')).toContain(LOST_SENTENCE);
    expect(receipts.length).toBeGreaterThanOrEqual(ENOUGH_ENTRIES);
    undo?.();
    await requireKept(receipts);
  });

  it('a log that nobody asks for anything ends as well, and does not start without its journal', async () => {
    await using server = await startServer(folder);
    created(await submit(server.base, submissionOf('alone', 0)));
    rmSync(folder.heads, { recursive: true });
    expect((await server.ended).code).toBe(1);
    expect(server.lines().join('\n')).toContain(LOST_SENTENCE);
    expect((await runServer(folder)).code).toBe(1);
  });
});
