import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { recordAct } from '../../../host/admin-log/admin-log.ts';
import { EnteredHeads } from '../../../host/admin-log/entered-heads.ts';
import { NotWritable } from '../../../log/failures.ts';
import type { Log } from '../../../log/types.ts';
import { hashedrekord } from '../../../testkit/proposals.ts';
import { directAdmission } from '../../support/admission.ts';
import { openTestLog } from '../../support/log.ts';

let data: string;
beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'stele-entered-'));
  await recordAct(data, { action: 'token-new', details: { name: 'a' } });
});
afterEach(() => rmSync(data, { recursive: true }));

const sign = () => directAdmission().create(Buffer.from(JSON.stringify(hashedrekord('a head'))));

function entering(log: Pick<Log, 'add'>) {
  const said: string[] = [];
  const announce = (sentence: string): void => void said.push(sentence);
  return { heads: new EnteredHeads({ data, log, sign, announce, warn: announce }), said };
}

it('a head that cannot be entered is told of, and is entered by the next process', async () => {
  const refusing = entering({ add: () => Promise.reject(new NotWritable('the disk is full')) });
  await refusing.heads.start();
  await refusing.heads[Symbol.asyncDispose]();
  expect(refusing.said).toEqual(['the head of the admin log cannot be entered into the log now: the disk is full']);
  const { log, close } = await openTestLog();
  const taking = entering(log);
  await taking.heads.start();
  await taking.heads[Symbol.asyncDispose]();
  expect(taking.said).toEqual([expect.stringMatching(/^entered the head of the admin log, 1 lines, as entry \d+$/)]);
  const again = entering(log);
  await again.heads.start();
  await again.heads[Symbol.asyncDispose]();
  expect(again.said).toEqual([]);
  await close();
});

it('a head that waits for a witness keeps no server from ending', async () => {
  const waiting = entering({ add: () => Promise.withResolvers<never>().promise });
  void waiting.heads.start();
  await waiting.heads[Symbol.asyncDispose]();
  expect(waiting.said).toEqual([]);
});
