import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Asked, type Asking, askOf } from '../support/ask.ts';
import { IndependentLog } from '../support/independent-log.ts';
import { openTestLog, type TestLog } from '../support/log.ts';
import { cosignedAt, isSigned, readNote } from '../support/witness-math.ts';

/** It lies after its first 8 leaves, if it does. */
const LOG = new IndependentLog('log.test', 8);
const OTHER_LOG = new IndependentLog('other.test');
const STRANGER = new IndependentLog('stranger.test');

let folder = '';
let log: TestLog;
let ask: Asking;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stele-witnessing-'));
  writeFileSync(join(folder, 'logs.txt'), `log ${LOG.vkey}\nlog ${OTHER_LOG.vkey}\nquorum none\n`);
  await open();
});
afterEach(async () => {
  await close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(): Promise<void> {
  log = await openTestLog(['--witness-for', join(folder, 'logs.txt')], join(folder, 'data'));
  ask = await askOf(log.app);
}

async function close(): Promise<void> {
  await ask[Symbol.asyncDispose]();
  await log.close();
}

const add = (body: string): Promise<Asked> => ask.post('/add-checkpoint', body, { 'Content-Type': 'text/plain' });

const monitored = ({ origin }: IndependentLog): Promise<Asked> =>
  ask.get(`/witness/${createHash('sha256').update(origin).digest('hex')}/checkpoint`);

async function ownVkey(): Promise<string> {
  const { witness } = JSON.parse((await ask.get('/.well-known/stele.json')).text) as { witness: { vkey: string } };
  return witness.vkey;
}

/** Everything that is kept: what the state says of each log, and the journal. */
async function kept(): Promise<unknown> {
  const notes = [await monitored(LOG), await monitored(OTHER_LOG), await monitored(STRANGER)];
  const journal = readFileSync(join(folder, 'data-heads', 'witnessed.txt'), 'utf8');
  const [owner = '', ...lines] = journal.split('\n');
  return [notes.map(({ status, text }) => [status, text]), owner.split(' ').slice(0, 3), lines]; // each start writes another token behind the owner
}

/** Asserts that a request is refused so, and that everything is as it was. */
async function expectRefused(body: string, status: number, type = 'text/plain; charset=utf-8'): Promise<string> {
  const before = await kept();
  const answer = await add(body);
  expect([answer.status, answer.headers['content-type']]).toEqual([status, type]);
  expect(answer.text).not.toContain('\u2014');
  expect(await kept()).toEqual(before);
  return answer.text;
}

async function cosigned(size: number, old = 0): Promise<void> {
  expect((await add(LOG.request({ old, size }))).status).toBe(200);
}

describe('c2sp.org/tlog-witness, 200: a cosignature', () => {
  it('is one line over the checkpoint by the key that the server tells, with the time', async () => {
    const from = Math.floor(Date.now() / 1000);
    const { status, headers, text } = await add(LOG.request({ old: 0, size: 5 }));
    expect([status, headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8']);
    expect(text).toMatch(/^\u2014 rekor\.test\/witness [A-Za-z0-9+/]+=*\n$/);
    const at = cosignedAt(readNote(LOG.note(5) + text), await ownVkey());
    expect(at).toBeGreaterThanOrEqual(from);
    expect(at).toBeLessThanOrEqual(Math.floor(Date.now() / 1000));
  });
  it('is given to a log that grows, from nothing, and for the same head again', async () => {
    let old = 0;
    for (const size of [0, 0, 1, 1, 2, 4, 7, 8, 8, 13, 13, 64, 65, 200]) {
      const { status, text } = await add(LOG.request({ old, size }));
      expect([size, status]).toEqual([size, 200]);
      expect(cosignedAt(readNote(LOG.note(size) + text), await ownVkey())).toBeDefined();
      old = size;
    }
  });
  it('is over extension lines as well, and whatever media type and further signatures the note came with', async () => {
    const text = LOG.text(5, '', 'an extension\n');
    const pretended = STRANGER.lineOver(text, 'rekor.test/witness');
    const stray = '\u2014 stray.test AQIDBAV=\n'; // bits behind the last byte
    const body = `old 0\n\n${text}\n${STRANGER.lineOver(text)}${stray}${pretended}${LOG.lineOver(text)}`;
    const { status, text: line } = await ask.post('/add-checkpoint', body, { 'Content-Type': 'application/json' });
    expect([status, cosignedAt(readNote(`${text}\n${line}`), await ownVkey()) !== undefined]).toEqual([200, true]);
    const shown = readNote((await monitored(LOG)).text);
    expect(shown.lines.map(({ name }) => name)).toEqual(['log.test', 'rekor.test/witness']);
  });
  it('can be read by monitors below the hash of the origin, with the log’s own signature', async () => {
    expect((await monitored(LOG)).status).toBe(404);
    await cosigned(5);
    const { status, text } = await monitored(LOG);
    expect([status, isSigned(readNote(text), LOG.vkey)]).toEqual([200, true]);
    expect(cosignedAt(readNote(text), await ownVkey())).toBeDefined();
    expect(readNote(text).size).toBe(5n);
  });
  it('of one log has nothing to do with another', async () => {
    await cosigned(5);
    expect((await add(OTHER_LOG.request({ old: 0, size: 3 }))).status).toBe(200);
    await cosigned(6, 5);
    expect((await add(OTHER_LOG.request({ old: 3, size: 9 }))).status).toBe(200);
  });
});

describe('c2sp.org/tlog-witness, refusals: nothing is stored', () => {
  beforeEach(() => cosigned(10));

  const note = LOG.note(12);
  const proof = LOG.proof({ old: 10, size: 12 });
  it.each<[string, string]>([
    ['nothing', ''],
    ['no old size', `${proof}\n${note}`],
    ['an old size with a leading zero', `old 010\n${proof}\n${note}`],
    ['an old size with a sign', `old +10\n${proof}\n${note}`],
    ['an old size below zero', `old -1\n${proof}\n${note}`],
    ['an old size beyond all numbers', `old 99999999999999999999\n${proof}\n${note}`],
    ['an old size larger than the checkpoint’s', LOG.request({ old: 13, size: 12 })],
    ['no empty line', `old 10\n${proof}${note}`],
    ['a proof of what is no hash', `old 10\nAAAA\n\n${note}`],
    ['a proof that is not base64', `old 10\n${'!'.repeat(44)}\n\n${note}`],
    ['a proof of 64 hashes', `old 10\n${`${Buffer.alloc(32).toString('base64')}\n`.repeat(64)}\n${note}`],
    ['no note', `old 10\n${proof}\nhello\n`],
    ['a note without a signature', `old 10\n${proof}\n${LOG.text(12)}\n`],
    ['a signature that is not base64', `old 10\n${proof}\n${LOG.text(12)}\n\u2014 log.test ????\n`],
    ['a checkpoint without a root', `old 10\n${proof}\nlog.test\n12\n\n\u2014 log.test ${'A'.repeat(92)}\n`],
    ['carriage returns', LOG.request({ old: 10, size: 12 }).replaceAll('\n', '\r\n')],
    ['JSON', '{"old":10}'],
  ])('400: %s', async (_what, body) => {
    expect(await expectRefused(body, 400)).toMatch(/^[^\n]+\n?$/);
  });

  it.each<[string, string]>([
    ['a log that nobody named', STRANGER.request({ old: 0, size: 5 })],
    ['one whose origin differs in case', LOG.request({ old: 10, size: 12 }).replaceAll('log.test', 'Log.test')],
  ])('404: %s', async (_what, body) => {
    expect(await expectRefused(body, 404)).toBe('the origin is unknown\n');
  });

  const text = LOG.text(12);
  const signedBy = (...lines: readonly string[]): string => `old 10\n${proof}\n${text}\n${lines.join('')}`;
  it.each<[string, string]>([
    ['signed by a stranger under the log’s name', signedBy(STRANGER.lineOver(text, 'log.test'))],
    ['signed by another log that is known', signedBy(OTHER_LOG.lineOver(text))],
    ['signed by the log’s key under another name', signedBy(LOG.lineOver(text, 'other.test'))],
    ['the log’s signature of another tree', signedBy(LOG.lineOver(LOG.text(13)))],
    ['a bad signature of the log beside a stranger’s good one', signedBy(STRANGER.lineOver(text), LOG.lineOver('x\n'))],
    ['a bad line of the log behind its good one', signedBy(LOG.lineOver(text), LOG.lineOver('x\n'))],
    ['a bad line of the log before its good one', signedBy(LOG.lineOver('x\n'), LOG.lineOver(text))],
  ])('403: %s', async (_what, body) => {
    await expectRefused(body, 403);
  });

  it.each([0, 1, 9, 11, 12])('409: old %i, with the size that was cosigned last', async (old) => {
    expect(await expectRefused(LOG.request({ old, size: 12 }), 409, 'text/x.tlog.size')).toBe('10\n');
  });
  it('409: a log that went back, whatever it claims; and of a log that was never seen, the size is 0', async () => {
    expect(await expectRefused(LOG.request({ old: 5, size: 7 }), 409, 'text/x.tlog.size')).toBe('10\n');
    expect(await expectRefused(OTHER_LOG.request({ old: 5, size: 7 }), 409, 'text/x.tlog.size')).toBe('0\n');
    expect(await expectRefused(LOG.request({ old: 10, size: 7 }), 400)).toContain('larger');
  });

  it.each<[string, string]>([
    ['a fork, with a proof that is right for it', LOG.request({ old: 10, size: 12 }, 'fork')],
    ['another root at the size that was cosigned', LOG.request({ old: 10, size: 10 }, 'fork')],
    ['no proof', `old 10\n\n${note}`],
    ['one hash too many', `old 10\n${proof}${proof.slice(0, 45)}\n${note}`],
    ['one hash too few', `old 10\n${proof.slice(45)}\n${note}`],
    ['the hashes in another order', `old 10\n${proof.split('\n').toReversed().join('\n').trimStart()}\n\n${note}`],
    ['a proof from another size', `old 10\n${LOG.proof({ old: 9, size: 12 })}\n${note}`],
    ['a proof for the size that was cosigned', `old 10\n${proof}\n${LOG.note(10)}`],
    ['a proof from nothing', `old 0\n${proof}\n${OTHER_LOG.note(12)}`],
  ])('422: %s', async (_what, body) => {
    await expectRefused(body, 422);
  });
  it('422: an empty tree with another root than that of nothing', async () => {
    const root = Buffer.alloc(32, 1).toString('base64');
    const empty = `other.test\n0\n${root}\n`;
    await expectRefused(`old 0\n\n${empty}\n${OTHER_LOG.lineOver(empty)}`, 422);
  });

  it('413: more than any request has', async () => {
    await expectRefused(`old 10\n${'A'.repeat(80_000)}\n\n${note}`, 413);
  });

  it('and after all of them the log goes on', async () => {
    await expectRefused(LOG.request({ old: 10, size: 12 }, 'fork'), 422);
    await cosigned(12, 10);
  });
});

describe('c2sp.org/tlog-witness: check and store are one step', () => {
  it('of many that race from one size, one is cosigned, and all others are told its size or its tree', async () => {
    await cosigned(8);
    const branches = ['', 'a', 'b', 'c'];
    const requests = branches.flatMap((branch) =>
      [9, 10, 11].map((size) => ({ branch, size, body: LOG.request({ old: 8, size }, branch) })),
    );
    const answers = await Promise.all(requests.map(async (one) => ({ ...one, answer: await add(one.body) })));
    const won = answers.filter(({ answer }) => answer.status === 200);
    expect(won).toHaveLength(1);
    const [{ branch, size } = { branch: 'none', size: 0 }] = won;
    const lost = answers.filter(({ answer }) => answer.status !== 200);
    expect(new Set(lost.map(({ answer }) => `${answer.status} ${answer.text}`))).toEqual(new Set([`409 ${size}\n`]));
    expect(readNote((await monitored(LOG)).text).root).toBe(LOG.root(size, branch));
  });
});

describe('decision 10: the rule of our own heads holds for those of others', () => {
  it('what was cosigned survives a restart: neither an older size nor a fork is cosigned after', async () => {
    await cosigned(10);
    const before = [await kept(), await ownVkey()];
    await close();
    await open();
    expect([await kept(), await ownVkey()]).toEqual(before);
    expect(await expectRefused(LOG.request({ old: 0, size: 12 }, 'fork'), 409, 'text/x.tlog.size')).toBe('10\n');
    await expectRefused(LOG.request({ old: 10, size: 12 }, 'fork'), 422);
    await cosigned(12, 10);
  });
});

describe('POST /add-checkpoint without a witness', () => {
  it('is 404, and there is none to tell of', async () => {
    const other = await openTestLog();
    const asking = await askOf(other.app);
    const { status, text } = await asking.post('/add-checkpoint', LOG.request({ old: 0, size: 5 }), {
      'Content-Type': 'text/plain',
    });
    expect([status, text]).toEqual([404, 'no witness is here\n']);
    expect(JSON.parse((await asking.get('/.well-known/stele.json')).text)).not.toHaveProperty('witness');
    await asking[Symbol.asyncDispose]();
    await other.close();
  });
});
