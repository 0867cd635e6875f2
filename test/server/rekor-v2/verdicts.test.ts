import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesOf, cases, expected, type Line, OURS } from '../../entries/kinds/rekor-v2-verdicts.ts';
import { type Asking, askOf, type RawAnswer } from '../../support/ask.ts';
import { leafHash } from '../../support/auditor.ts';
import { openTestLog, type TestLog } from '../../support/log.ts';
import { ENTRIES, openEntry } from './answers.ts';

let opened: TestLog;
let asking: Asking;
let vkey: string;
beforeAll(async () => {
  opened = await openTestLog(['--v2-key-as-certificate', 'off']); // Rekor v2 takes none
  asking = await askOf(opened.app);
  vkey = (await asking.get('/vkey')).text;
});
afterAll(async () => {
  await asking[Symbol.asyncDispose]();
  await opened.close();
});

/** The leaf hash of what was logged, or at which of the two steps the request failed. */
async function judge(line: Line): Promise<string> {
  const answer = await asking.raw('POST', ENTRIES, { 'Content-Type': 'application/json' }, bytesOf(line));
  if (answer.status === 201) return leafHash(openEntry(answer.text, vkey).body).toString('hex');
  if (answer.status === 409) return leafAt(Number(answer.headers['x-log-index']));
  return stepOf(answer);
}

/** Both steps answer with 400 and code 3. Of what could be read Rekor says which kind of request it was. */
function stepOf({ status, text }: RawAnswer): string {
  const { code, message } = JSON.parse(text) as { code: number; message: string };
  if (status !== 400 || code !== 3) return `${status} ${code}`;
  return /^invalid (hashedrekord request|dsse request|type, must be hashedrekord): /.test(message)
    ? 'refused'
    : 'parse';
}

async function leafAt(index: number): Promise<string> {
  const entry = await opened.log.byIndex(index);
  return Buffer.from(entry?.leafHash ?? []).toString('hex');
}

const HEX = /^[0-9a-f]{64}$/;

describe('rekor-v2 §1.3, §1.7, §2: what Rekor v2 makes of the same requests, sent over HTTP', () => {
  it('is what is made of them here, but for the few that differ on purpose', async () => {
    const judged = await Promise.all(cases.map(async (line) => ({ line, verdict: await judge(line) })));
    const other = judged.filter(({ line, verdict }) => verdict !== expected(line.verdict));
    expect(other.map(({ line: { name }, verdict }) => [name, HEX.test(verdict) ? 'taken' : verdict])).toEqual(
      cases.filter(({ name }) => name in OURS).map(({ name }) => [name, OURS[name]]),
    );
    expect(judged.filter(({ verdict }) => HEX.test(verdict)).length).toBeGreaterThanOrEqual(100);
    expect(opened.errors).toEqual([]);
  });
});
