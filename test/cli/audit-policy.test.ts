import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatSignatures } from '../../checkpoint/note.ts';
import { formatVkey } from '../../checkpoint/vkey.ts';
import { testWitness } from '../checkpoint/signing.ts';
import { answersOfFiles, openLiar } from '../support/liar.ts';
import { jsonOf, type Ran, stele } from '../support/stele.ts';
import { leavesNamed, newTileLog } from '../support/tile-log.ts';

const log = newTileLog('cosigned.test');
const leaves = leavesNamed('entry', 5);
const [first, second] = [testWitness('w1.example', 51), testWitness('w2.example', 52)];
const POLICY = [
  `log ${log.vkey}`,
  `witness one ${formatVkey(first.key)}`,
  `witness two ${formatVkey(second.key)}`,
  'group both all one two',
];

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'stele-policy-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let made = 0;
/** Audits the log with these lines below its checkpoint. */
async function audit(lines: string, quorum: string): Promise<Ran> {
  const files = log.files(leaves);
  files.set('checkpoint', Buffer.from(`${log.note(leaves)}${lines}`));
  await using server = await openLiar(answersOfFiles(files));
  const folder = join(scratch, `run-${(made += 1)}`);
  const policy = join(scratch, `policy-${made}`);
  writeFileSync(policy, [...POLICY, `quorum ${quorum}`, ''].join('\n'));
  const words = ['audit', server.base, '--log-key', log.vkey, '--state', folder, '--policy', policy];
  return await stele([...words, '--output', 'json']);
}

const [text = ''] = log.note(leaves).split('\n\n');
const lineOf = (witness: typeof first, over = `${text}\n`): string =>
  formatSignatures([witness.cosign(over, 1_700_000_000)]);

it('stele audit --policy takes a head with the quorum, and names its witnesses', async () => {
  const ran = await audit(lineOf(first) + lineOf(second), 'both');
  expect(ran).toMatchObject({ code: 0, err: '' });
  expect(jsonOf(ran)).toMatchObject({ isSound: true, cosigners: ['one', 'two'] });
  expect(await audit(lineOf(second), 'two')).toMatchObject({ code: 0 });
});

it('stele audit --policy refuses a head without the quorum', async () => {
  const ran = await audit(lineOf(first), 'both');
  expect([ran.code, ran.out]).toEqual([1, '']);
  expect(ran.err).toMatch(/has not the quorum of the policy: only one have cosigned it/);
  expect(await audit('', 'one')).toMatchObject({ code: 1, out: '' });
});

it('stele audit --policy refuses a head with a cosignature of another head, whatever the quorum', async () => {
  const ran = await audit(lineOf(first) + lineOf(second, `${text}\nextension\n`), 'one');
  expect([ran.code, ran.out]).toEqual([1, '']);
  expect(ran.err).toMatch(/a cosignature of the head does not hold/);
});

it('stele audit --policy refuses a file that is no policy with 2', async () => {
  const ran = await audit(lineOf(first), 'three');
  expect([ran.code, ran.out]).toEqual([2, '']);
  expect(ran.err).toMatch(/--policy \S+: /);
});
